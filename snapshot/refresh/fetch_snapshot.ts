/**
 * One request for the snapshot, bounded in time and size.
 *
 * Redirects are not followed: the bearer is for one origin.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import type { Secret } from "../../core/secret.ts";
import { connectionFault, statusFault } from "./fetch_fault.ts";
import { RefreshFault } from "./refresh_fault.ts";

/** The most bytes a snapshot may have. */
export const MAX_BODY_BYTES: number = 256 * 1024 * 1024;

/** What the server had to say. */
export type FetchOutcome =
  | {
    readonly kind: "fetched";
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly etag: string | undefined;
    /** How old the snapshot was when it was sent, in milliseconds, where the server says so. */
    readonly ageMs: number | undefined;
    readonly contentType: string;
  }
  | { readonly kind: "unchanged" };

/** What to ask for. */
export interface FetchSnapshotOptions {
  /** The snapshot's address. */
  url: URL;
  /** The bearer token. */
  token: Secret;
  /** The tag of the copy at hand; with it the server may answer "unchanged". */
  etag?: string | undefined;
  /** How long the server may hold the request until there is news, in seconds. @default {0} */
  waitSeconds?: number;
  /** How long the server may be silent beyond the wait, in milliseconds. @default {30000} */
  silenceMs?: number;
  /** The most bytes to take. @default {MAX_BODY_BYTES} */
  maxBytes?: number;
  /** Aborted when the answer is no longer wanted. */
  signal: AbortSignal;
  /** Time. */
  clock: Clock;
}

/**
 * Asks once.
 *
 * @param options What to ask for.
 * @throws {RefreshFault} For every answer but a body and "unchanged".
 * @throws The signal's reason, when it is aborted.
 */
export async function fetchSnapshot(options: FetchSnapshotOptions): Promise<FetchOutcome> {
  const { token, etag, waitSeconds = 0, silenceMs = 30_000, maxBytes = MAX_BODY_BYTES } = options;
  const url = new URL(options.url);
  if (waitSeconds > 0) url.searchParams.set("wait", String(waitSeconds));
  const headers = new Headers({ authorization: `Bearer ${token.reveal()}` });
  if (etag !== undefined) headers.set("if-none-match", etag);
  const silence = watchSilence(options.clock);
  const signal = AbortSignal.any([options.signal, silence.signal]);
  try {
    silence.allow(waitSeconds * 1_000 + silenceMs);
    const response = await fetch(url, { headers, redirect: "manual", signal });
    silence.allow(silenceMs);
    if (response.status === 304) {
      await response.body?.cancel();
      return { kind: "unchanged" };
    }
    if (response.status !== 200) throw await statusFault(options.url, response);
    return {
      kind: "fetched",
      bytes: await readBody(response, maxBytes, () => silence.allow(silenceMs)),
      etag: response.headers.get("etag") ?? undefined,
      ageMs: parseAge(response.headers.get("x-snapshot-age-ms")),
      contentType: response.headers.get("content-type") ?? "",
    };
  } catch (error) {
    if (error instanceof RefreshFault || error instanceof Deno.errors.NotCapable) throw error;
    if (options.signal.aborted) throw options.signal.reason;
    throw connectionFault(
      options.url,
      silence.signal.aborted ? new Error("it did not answer in time") : error,
    );
  } finally {
    silence.end();
  }
}

async function readBody(
  response: Response,
  maxBytes: number,
  onBytes: () => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let sizeBytes = 0;
  for await (const bytes of response.body ?? []) {
    onBytes();
    sizeBytes += bytes.length;
    if (sizeBytes > maxBytes) {
      throw new RefreshFault(
        "invalid",
        `Cannot take the snapshot of ${new URL(response.url).host}: it has more than ${maxBytes} ` +
          "bytes; look at what the harvester publishes",
      );
    }
    parts.push(bytes);
  }
  return await new Blob(parts).bytes();
}

function parseAge(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A signal that is aborted when nothing has allowed more time for too long. */
function watchSilence(clock: Clock) {
  const late = new AbortController();
  let current: AbortController | undefined;
  function end(): void {
    current?.abort();
  }
  function allow(ms: number): void {
    end();
    const mine = current = new AbortController();
    clock.sleep(ms, mine.signal).then(() => {
      if (!mine.signal.aborted) late.abort();
    });
  }
  return { signal: late.signal, allow, end };
}
