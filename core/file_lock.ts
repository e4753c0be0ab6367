/**
 * One program at a time: an exclusive `flock` on a file.
 *
 * The kernel drops the lock when its holder dies, however it dies, so there is nothing stale to clean up.
 *
 * @module
 */

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
