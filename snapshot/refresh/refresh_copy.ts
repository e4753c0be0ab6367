/**
 * One refresh: token, request, validation, write.
 *
 * What is known of the copy is read from the copy each time, so that a copy that was removed or
 * changed by hand is whole again after the next refresh.
 *
 * @module
 */
import type { FileEffects } from "../../core/atomic_file.ts";
import type { Clock } from "../../core/clock.ts";
import { etagOf } from "../etag.ts";
import { initScript } from "../init_script.ts";
import { parseStorageState, type StorageState, StorageStateError } from "../storage_state.ts";
import { type FetchOutcome, fetchSnapshot } from "./fetch_snapshot.ts";
import { copyEtag, protectCopy, writeCopy } from "./local_copy.ts";
import { readToken } from "./read_token.ts";
import type { RefreshConfig } from "./refresh_env.ts";
import { RefreshFault } from "./refresh_fault.ts";

/** The outside of a refresh. */
export interface RefreshDeps {
  /** Time. */
  clock: Clock;
  /** File operations. @default {denoFiles} */
  files?: FileEffects;
}

/** How to ask. */
export interface RefreshOptions {
  /** How long the server may hold the request until there is news, in seconds. @default {0} */
  waitSeconds?: number;
  /** Aborted when the program should stop; a write that has begun is finished. */
  signal: AbortSignal;
}

/** What a refresh did. */
export type RefreshOutcome =
  | {
    readonly kind: "refreshed";
    readonly sizeBytes: number;
    readonly etag: string;
    /** How old the snapshot was when the server sent it, in milliseconds. */
    readonly ageMs: number | undefined;
  }
  | { readonly kind: "unchanged" };

/**
 * Where the init script beside a copy is, which carries what a storage state cannot.
 *
 * @param path The copy, such as `…/storage-state.json`; the script is `…/storage-state.init.js`.
 */
export function initScriptPath(path: string): string {
  return `${path.replace(/\.json$/, "")}.init.js`;
}

/**
 * Brings the copy up to date, and the init script beside it.
 *
 * @param config Where from and where to.
 * @param deps Effects.
 * @param options How to ask.
 * @throws {RefreshFault} When it could not be done; the copy is what it was.
 */
export async function refreshCopy(
  config: RefreshConfig,
  deps: RefreshDeps,
  options: RefreshOptions,
): Promise<RefreshOutcome> {
  const { url, tokenPath, targetPath } = config;
  const token = await readToken(tokenPath);
  const scriptPath = initScriptPath(targetPath);
  // Without its script a copy is no copy: everything is fetched again.
  const hasScript = await copyEtag(scriptPath) !== undefined;
  const known = hasScript ? await copyEtag(targetPath) : undefined;
  const answer = await fetchSnapshot({ url, token, etag: known, clock: deps.clock, ...options });
  if (answer.kind === "unchanged") {
    if (known === undefined) {
      throw new RefreshFault(
        "server",
        `Cannot fetch ${url}: ${url.host} answered 304 (not modified), but there is no copy yet; ` +
          "look at the proxies in between",
      );
    }
    await protectCopy(targetPath);
    return { kind: "unchanged" };
  }
  const state = parseBody(url, answer);
  const script = new TextEncoder().encode(initScript(state));
  const { bytes, ageMs, etag = etagOf(bytes) } = answer;
  await writeCopy(scriptPath, script, deps);
  if (!await writeCopy(targetPath, bytes, deps)) return { kind: "unchanged" };
  return { kind: "refreshed", sizeBytes: bytes.length, etag, ageMs };
}

function parseBody(
  url: URL,
  { bytes, contentType }: FetchOutcome & { kind: "fetched" },
): StorageState {
  try {
    // A byte order mark is kept, so that it fails here and not in Playwright's JSON.parse.
    return parseStorageState(
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
    );
  } catch (error) {
    const reason = error instanceof StorageStateError
      ? error.message
      : error instanceof TypeError
      ? "it is not UTF-8"
      : undefined;
    if (reason === undefined) throw error;
    const advice = /html/i.test(contentType)
      ? "it is a web page, check that PLAYWRIGHT_SNAPSHOT_URL ends in /api/snapshot and passes the ingress"
      : "look at the harvester, the old file is untouched";
    throw new RefreshFault("invalid", `Cannot use what ${url} answered: ${reason}; ${advice}`, {
      cause: error,
    });
  }
}
