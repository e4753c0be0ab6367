/**
 * Who may work on a profile: the browser that runs Chromium on it, or a restore that replaces it.
 *
 * Chromium's own `SingletonLock` names a host and a process, which mean nothing in another container.
 * An `flock` is seen by everybody on the machine who sees the file (and the volume is
 * ReadWriteOnce). It lies beside the profile, not in it, so that it stays the same file when the
 * profile is replaced.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { type FileLock, lockFile } from "./file_lock.ts";

/**
 * Claims a profile for this process, until it lets go or dies.
 *
 * @param profileDir Chromium's user data directory; need not exist, but its parent must.
 * @param waitMs How long another holder may take to leave, in milliseconds; 0 asks once.
 * @param clock The time.
 * @returns The claim, whose `path` is `PROFILE.lock`, or `undefined` where somebody else has it.
 */
export function claimProfile(
  profileDir: string,
  waitMs: number,
  clock: Pick<Clock, "monotonic" | "sleep">,
): Promise<FileLock | undefined> {
  return lockFile(profileLockPath(profileDir), waitMs, clock);
}

/** The file whose lock is the claim. */
export function profileLockPath(profileDir: string): string {
  return `${profileDir.replace(/(?<=.)\/+$/, "")}.lock`;
}
