/**
 * One program at a time: an exclusive `flock` on a file.
 *
 * The kernel drops the lock when its holder dies, however it dies, so there is nothing stale to clean up.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** How often a lock that is waited for is asked for again. */
const RETRY_MS = 250;

/** A held lock; dispose it to let go. */
export interface FileLock extends Disposable {
  /** The file that is locked. */
  readonly path: string;
}

/**
 * Takes the lock if nobody holds it. The file is created and stays.
 *
 * @param path The lock file, in a directory that exists.
 * @returns The lock, or `undefined` where another process holds it.
 */
export async function tryLockFile(path: string): Promise<FileLock | undefined> {
  const file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
  let isHeld = false;
  try {
    isHeld = await file.tryLock(true);
  } finally {
    if (!isHeld) file.close();
  }
  return isHeld ? { path, [Symbol.dispose]: () => file.close() } : undefined;
}

/**
 * Takes the lock, and waits for whoever holds it.
 *
 * @param path The lock file, in a directory that exists.
 * @param waitMs The longest wait, in milliseconds; 0 asks once.
 * @param clock The time.
 * @param signal Ends the wait.
 * @returns The lock, or `undefined` where another process held it all the time.
 */
export async function lockFile(
  path: string,
  waitMs: number,
  clock: Pick<Clock, "monotonic" | "sleep">,
  signal?: AbortSignal,
): Promise<FileLock | undefined> {
  const endMs = clock.monotonic() + waitMs;
  while (true) {
    const lock = await tryLockFile(path);
    const leftMs = endMs - clock.monotonic();
    if (lock !== undefined || leftMs <= 0 || signal?.aborted) return lock;
    await clock.sleep(Math.min(RETRY_MS, leftMs), signal);
  }
}
