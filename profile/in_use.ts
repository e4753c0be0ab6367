/**
 * Whether a Chromium has the profile open that was started by something else than Hearth's browser
 * (which claims it, see core/profile_claim.ts), in whatever container on this machine.
 *
 * Its `SingletonLock` names a host and a process that mean nothing elsewhere, and stays behind when it
 * is killed. But a running Chromium keeps some of its databases locked in the kernel, for everybody who
 * sees the same file: from its first write on, which may come five seconds after its start. (The volume
 * is ReadWriteOnce: nobody opens it on another machine.)
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

/** Databases that Chromium 156 keeps locked once it has written to them. */
const LOCKED = ["History", "Login Data", "Web Data", "Favicons"];

/**
 * The database that shows that the profile is open; `undefined` where none does.
 *
 * @param profileDir Chromium's user data directory.
 */
export async function profileInUse(profileDir: string): Promise<string | undefined> {
  for (const name of LOCKED) {
    const path = `${profileDir}/Default/${name}`;
    if (await exists(path) && isLocked(path)) return path;
  }
  return undefined;
}

function isLocked(path: string): boolean {
  try {
    using database = new DatabaseSync(path, { readOnly: true });
    database.exec("PRAGMA busy_timeout = 0");
    database.prepare("SELECT count(*) FROM sqlite_master").get();
    return false;
  } catch (error) {
    // Damaged, or in want of a recovery: nobody holds it.
    return error instanceof Error && /database is locked/.test(error.message);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
