/**
 * Files that may be missing or somebody else's.
 *
 * @module
 */
import { isOutOfReach } from "../../out_of_reach.ts";

/** The text of a file; `undefined` where it is not there or may not be read. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (isOutOfReach(error)) return undefined;
    throw error;
  }
}

/** What is at a path, without following a link; `undefined` where nothing can be seen. */
export async function look(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (isOutOfReach(error)) return undefined;
    throw error;
  }
}

/** The number of a directory's owner; `undefined` where nothing can be seen. A home may be a link. */
export async function ownerOf(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).uid ?? undefined;
  } catch (error) {
    if (isOutOfReach(error)) return undefined;
    throw error;
  }
}

/** The names in a directory, sorted; none where it is not there or may not be read. */
export async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
  } catch (error) {
    if (isOutOfReach(error)) return [];
    throw error;
  }
}
