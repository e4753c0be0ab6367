/**
 * Where Deno kept a package it downloaded.
 *
 * @module
 */

/** A registry's directory: its host and port, and what its address has after them. */
const DEEPEST = 4;

/**
 * Looks below each registry.
 *
 * @param directory Deno's `npm` directory.
 * @param name The package.
 * @param version Its version.
 * @param depth How deep registries may lie.
 */
export async function findPackage(
  directory: string,
  name: string,
  version: string,
  depth: number = DEEPEST,
): Promise<string | undefined> {
  const path = `${directory}/${name}/${version}`;
  if (await isDirectory(path)) return path;
  if (depth === 0) return undefined;
  for await (const entry of Deno.readDir(directory)) {
    if (!entry.isDirectory) continue;
    const found = await findPackage(`${directory}/${entry.name}`, name, version, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
