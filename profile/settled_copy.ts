/**
 * Copies of files that somebody else may be writing to.
 *
 * A copy counts only when neither content nor length nor time of any of its files changed while it
 * was made; else it is made again.
 *
 * @module
 */
import { lstat } from "node:fs/promises";
import type { Clock } from "../core/clock.ts";

/** How often a copy is tried, and the pause between, in milliseconds. */
const TRIES = 40;
const PAUSE_MS = 50;

/** What came of it. */
export interface SettledCopy {
  /** The names that were there and are copied. */
  readonly names: readonly string[];
  /** Whether nothing changed while the last copy was made. */
  readonly isSettled: boolean;
}

/**
 * Copies files of one directory that belong together.
 *
 * @param from The directory they are in.
 * @param names Lists their names; asked before and after each try.
 * @param to An existing directory for the copies.
 * @param clock Time.
 */
export async function settledCopy(
  from: string,
  names: () => Promise<readonly string[]>,
  to: string,
  clock: Clock,
): Promise<SettledCopy> {
  let copied: readonly string[] = [];
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt > 0) await clock.sleep(PAUSE_MS);
    for (const name of copied) await Deno.remove(`${to}/${name}`);
    const before = await looks(from, await names());
    copied = await copyAll(from, [...before.keys()], to);
    const after = await looks(from, await names());
    if (isSame(before, after) && copied.length === before.size) {
      return { names: copied, isSettled: true };
    }
  }
  return { names: copied, isSettled: false };
}

/** What changes with every write: inode, length and nanosecond of the last change. */
async function looks(from: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of [...names].sort()) {
    try {
      const { ino, size, mtimeNs } = await lstat(`${from}/${name}`, { bigint: true });
      found.set(name, `${ino} ${size} ${mtimeNs}`);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return found;
}

async function copyAll(
  from: string,
  names: readonly string[],
  to: string,
): Promise<readonly string[]> {
  const copied: string[] = [];
  for (const name of names) {
    try {
      await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
      copied.push(name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return copied;
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([name, look]) => b.get(name) === look);
}

function isNotFound(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    (error instanceof Error && "code" in error && error.code === "ENOENT");
}
