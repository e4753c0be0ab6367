/**
 * What tests fetch once and keep: programs too large to fetch for every run.
 *
 * @module
 */

/** Where it is kept. */
export function testCacheDir(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/var/tmp"}/.cache`;
  return `${base}/hearth-tests`;
}

/**
 * A directory that is made once, by one process at a time, and whole or not there.
 *
 * @param name What it is, with everything that decides what is in it, such as `node-22.23.3`.
 * @param make Fills an empty directory, which then becomes it.
 * @param base Where it is kept, where that matters.
 * @returns Its path.
 */
export async function cachedDirectory(
  name: string,
  make: (directory: string) => Promise<void>,
  base: string = testCacheDir(),
): Promise<string> {
  const parent = `${base}/programs`;
  const path = `${parent}/${name}`;
  await Deno.mkdir(parent, { recursive: true });
  using lock = await Deno.open(`${path}.lock`, { write: true, create: true });
  await lock.lock(true);
  if (await isDirectory(path)) return path;
  const partial = `${path}.partial`;
  await Deno.remove(partial, { recursive: true }).catch(unlessMissing);
  await Deno.mkdir(partial);
  await make(partial);
  await Deno.rename(partial, path);
  return path;
}

async function isDirectory(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(unlessMissing);
  return info?.isDirectory === true;
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
