/**
 * The one directory that holds everything of the pipeline on one machine.
 *
 * @module
 */
import { writeFileAtomic } from "../core/atomic_file.ts";
import type { EnvReader } from "../core/env.ts";
import { Fault } from "../core/fault.ts";
import { errorText } from "../core/error_text.ts";
import { type FileLock, tryLockFile } from "../core/file_lock.ts";

/** Paths inside the directory. */
export interface DataDir extends Disposable {
  /** The directory. */
  readonly path: string;
  /** Chromium's profile. */
  readonly profile: string;
  /** The harvester's snapshots. */
  readonly snapshots: string;
  /** The current snapshot. */
  readonly snapshot: string;
  /** The token of the snapshot API, 0600. */
  readonly token: string;
  /** The local copy that MCP servers seed from. */
  readonly copy: string;
  /** The script beside that copy, for what it cannot carry. */
  readonly initScript: string;
  /** Where the MCP server puts screenshots and downloads. */
  readonly output: string;
  /** Temporary files and sockets of the MCP server, emptied at every start. */
  readonly scratch: string;
}

/** The longest path of a data directory, in bytes: a socket's path inside it may have 107. */
const MAX_PATH_BYTES = 62;

/** The default: `$XDG_STATE_HOME/hearth`, else `~/.local/state/hearth`. */
export function defaultDataDir(env: EnvReader): string {
  const state = env.get("XDG_STATE_HOME");
  if (state?.startsWith("/")) return `${state}/hearth`;
  const home = env.get("HOME");
  if (home?.startsWith("/")) return `${home}/.local/state/hearth`;
  throw new Fault("Cannot choose a data directory: HOME is not set (give one with --data)", {
    code: "config",
  });
}

/**
 * Opens the directory for one pipeline, and makes what is missing: folders (0700) and a token (0600).
 *
 * @param path Absolute.
 * @throws {Fault} When it cannot be used, or another pipeline uses it.
 */
export async function openDataDir(path: string): Promise<DataDir> {
  const pathBytes = new TextEncoder().encode(path).length;
  if (pathBytes > MAX_PATH_BYTES) {
    throw new Fault(
      `Cannot use the data directory "${path}": its path has ${pathBytes} bytes, must have at ` +
        `most ${MAX_PATH_BYTES} so that sockets fit inside it`,
      { code: "config" },
    );
  }
  // Deno's permission flags are lists, and know no way to write one.
  if (path.includes(",")) {
    throw new Fault(
      `Cannot use the data directory "${path}": its path has a comma, must have none`,
      {
        code: "config",
      },
    );
  }
  let lock: FileLock | undefined;
  try {
    for (const dir of ["", "/chromium-data", "/snapshots", "/mcp"]) {
      await Deno.mkdir(`${path}${dir}`, { recursive: true, mode: 0o700 });
    }
    lock = await tryLockFile(`${path}/.lock`);
    if (lock !== undefined) {
      await ensureToken(`${path}/token`);
      await Deno.remove(`${path}/tmp`, { recursive: true }).catch(ignoreMissing);
      await Deno.mkdir(`${path}/tmp`, { mode: 0o700 });
    }
  } catch (error) {
    lock?.[Symbol.dispose]();
    throw new Fault(`Cannot use the data directory "${path}": ${errorText(error)}`, {
      cause: error,
    });
  }
  if (lock === undefined) {
    throw new Fault(`Cannot use the data directory "${path}": another hearth is using it`);
  }
  const held = lock;
  return {
    path,
    profile: `${path}/chromium-data`,
    snapshots: `${path}/snapshots`,
    snapshot: `${path}/snapshots/storage-state.json`,
    token: `${path}/token`,
    copy: `${path}/storage-state.json`,
    initScript: `${path}/storage-state.init.js`,
    output: `${path}/mcp`,
    scratch: `${path}/tmp`,
    [Symbol.dispose]: () => held[Symbol.dispose](),
  };
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

async function ensureToken(path: string): Promise<void> {
  try {
    if ((await Deno.stat(path)).size > 0) return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const token = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  await writeFileAtomic(path, `${token}\n`, { mode: 0o600 });
}
