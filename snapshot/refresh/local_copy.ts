/**
 * The user's copy of the snapshot on disk.
 *
 * It is replaced by rename and only when its content differs. Any number of refreshes may run at
 * once: a lock beside the copy makes their writes take turns, so that what a killed one left
 * behind can be told from what a living one is writing, and removed.
 *
 * @module
 */
import { type FileEffects, isLeftover, writeFileAtomic } from "../../core/atomic_file.ts";
import type { Clock } from "../../core/clock.ts";
import { errorText } from "../../core/error_text.ts";
import { type FileLock, tryLockFile } from "../../core/file_lock.ts";
import { etagOf } from "../etag.ts";
import { RefreshFault } from "./refresh_fault.ts";

const LOCK_WAIT_MS = 10_000;
const LOCK_RETRY_MS = 50;

/** How to write. */
export interface WriteCopyOptions {
  /** Time. */
  clock: Clock;
  /** File operations. @default {denoFiles} */
  files?: FileEffects;
}

/**
 * The tag a server would give the copy, so that a server with the same content can say so
 * instead of sending it.
 *
 * @param path The copy.
 * @returns The tag, or `undefined` where there is no copy that can be read.
 */
export async function copyEtag(path: string): Promise<string | undefined> {
  try {
    return etagOf(await Deno.readFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    // Whatever is there is no copy: a fresh one replaces it, or the write says why not.
    return undefined;
  }
}

/**
 * Makes the copy hold `bytes`, with mode 0600, in a directory that is made (0700) where it is
 * missing.
 *
 * @param path The copy.
 * @param bytes Its content.
 * @param options Effects.
 * @returns Whether it was written; `false` where it held these bytes already.
 * @throws {RefreshFault} With reason `write`; the old copy is untouched.
 */
export async function writeCopy(
  path: string,
  bytes: Uint8Array,
  options: WriteCopyOptions,
): Promise<boolean> {
  const { clock, files } = options;
  const slash = path.lastIndexOf("/");
  const directory = path.slice(0, slash) || "/";
  const name = path.slice(slash + 1);
  try {
    await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
    using _lock = await lock(`${directory}/.${name}.lock`, clock);
    await removeLeftovers(directory, name);
    if (await copyEtag(path) === etagOf(bytes)) {
      await protectCopy(path);
      return false;
    }
    await writeFileAtomic(path, bytes, { mode: 0o600, ...(files === undefined ? {} : { files }) });
    return true;
  } catch (error) {
    if (error instanceof RefreshFault || error instanceof Deno.errors.NotCapable) throw error;
    throw writeFault(path, error);
  }
}

/**
 * Takes the copy away from everybody but its owner; a copy is as good as a login.
 *
 * @param path The copy; it may be missing.
 */
export async function protectCopy(path: string): Promise<void> {
  try {
    const { mode } = await Deno.stat(path);
    if (mode !== null && (mode & 0o777) !== 0o600) await Deno.chmod(path, 0o600);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error instanceof Deno.errors.NotCapable ? error : writeFault(path, error);
  }
}

async function lock(path: string, clock: Clock): Promise<FileLock> {
  const endMs = clock.monotonic() + LOCK_WAIT_MS;
  while (true) {
    const held = await tryLockFile(path);
    if (held !== undefined) return held;
    if (clock.monotonic() >= endMs) {
      throw new Error(`another refresh has held "${path}" for ${LOCK_WAIT_MS / 1_000} s`);
    }
    await clock.sleep(LOCK_RETRY_MS);
  }
}

/** Only ever called with the lock held: nobody is writing what is removed here. */
async function removeLeftovers(directory: string, name: string): Promise<void> {
  for await (const entry of Deno.readDir(directory)) {
    if (entry.isFile && isLeftover(entry.name, name)) {
      await Deno.remove(`${directory}/${entry.name}`);
    }
  }
}

function writeFault(path: string, error: unknown): RefreshFault {
  const text = errorText(error);
  const advice = /no space left|quota/i.test(text)
    ? "free some space"
    : /read-only/i.test(text)
    ? "the file system is read-only, choose another PLAYWRIGHT_SNAPSHOT_PATH"
    : "check the path and who owns its directory";
  return new RefreshFault(
    "write",
    `Cannot write "${path}": ${text}; the old file is untouched, ${advice}`,
    { cause: error },
  );
}
