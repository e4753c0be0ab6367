/**
 * Trees of files that are dear to make, kept between runs: the bare system, and layers over it.
 *
 * A tree is named after what goes into it, so a changed recipe is another tree. It is made beside its
 * place and renamed into it, by one process at a time; a maker that was killed leaves a partial tree
 * that the next one removes. Whoever uses a tree holds a shared lock on it; of those that nobody
 * holds, the few used last are kept. The kernel drops locks of the dead.
 *
 * @module
 */
import { runCommand } from "../../../core/process.ts";

/** How many trees of one name are kept besides those that are in use. */
const KEPT = 4;

/** A tree, held while it is in use. */
export interface HeldTree extends Disposable {
  /** Its directory. */
  readonly path: string;
}

/** Where everything that outlives a run is kept. */
export function cacheDir(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? "/var/cache";
  return `${base}/hearth-tests`;
}

/**
 * Holds a tree, made first where it is not there yet.
 *
 * @param name What it is, as in `base`.
 * @param inputs Everything that decides what is in it.
 * @param make Fills an empty directory, which then becomes the tree.
 * @param dir Where trees are kept.
 */
export async function holdTree(
  name: string,
  inputs: readonly string[],
  make: (dir: string) => Promise<void>,
  dir: string = `${cacheDir()}/trees`,
): Promise<HeldTree> {
  const key = await digest(inputs);
  await Deno.mkdir(dir, { recursive: true });
  const path = `${dir}/${name}-${key}`;
  while (true) {
    const held = await lock(`${path}.lock`, false);
    if (await exists(path)) {
      await Deno.utime(`${path}.lock`, new Date(), new Date());
      return { path, [Symbol.dispose]: () => held.close() };
    }
    held.close();
    // Another file: whoever waits to make the tree must not wait for the end of those who use it.
    using _making = await lock(`${path}.making`, true);
    if (await exists(path)) continue;
    const partial = `${path}.partial`;
    await removeTree(partial);
    await Deno.mkdir(partial);
    await make(partial);
    await Deno.rename(partial, path);
    await removeOld(dir, name);
  }
}

/** Removes a tree, whatever its files allow; a missing one is fine. */
export async function removeTree(path: string): Promise<void> {
  // `Deno.remove` walks in JavaScript; a system's tree is thousands of files.
  const { code, stderr } = await runCommand("rm", ["-rf", "--one-file-system", "--", path], {
    deadlineMs: 300_000,
  });
  if (code !== 0) throw new Error(`Cannot remove "${path}": ${stderr.trim()}`);
}

/** Makes a directory's files those of an empty one on the same disk; the first is gone then. */
export async function moveInto(from: string, to: string): Promise<void> {
  // The root of a tree has a mode and attributes too.
  await Deno.remove(to);
  await Deno.rename(from, to);
}

/** Removes all trees of a name but those that somebody holds and the few used last. */
async function removeOld(dir: string, name: string): Promise<void> {
  const locks: { readonly path: string; readonly usedMs: number }[] = [];
  for await (const entry of Deno.readDir(dir)) {
    if (!/^-[0-9a-f]{16}\.lock$/.test(entry.name.slice(name.length))) continue;
    if (!entry.name.startsWith(name)) continue;
    const path = `${dir}/${entry.name}`;
    locks.push({ path, usedMs: (await Deno.stat(path)).mtime?.getTime() ?? 0 });
  }
  for (const { path } of locks.toSorted((a, b) => b.usedMs - a.usedMs).slice(KEPT)) {
    using file = await Deno.open(path, { write: true });
    // The lock file stays: another process may be waiting for it.
    if (await file.tryLock(true)) await removeTree(path.slice(0, -".lock".length));
  }
}

async function lock(path: string, isExclusive: boolean): Promise<Deno.FsFile> {
  const file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
  await file.lock(isExclusive);
  return file;
}

async function digest(inputs: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(inputs));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 16);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
