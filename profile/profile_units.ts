/**
 * Walks a volume and gives out what must be copied together: one file, one database, one LevelDB.
 *
 * @module
 */
import { ARCHIVED_ROOTS, databaseOf, isLeftOut, isLevelDb } from "./selection.ts";

/** What is copied as one. */
export type ProfileUnit =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "file" | "database"; readonly directory: string; readonly name: string }
  | { readonly kind: "leveldb"; readonly directory: string };

const SQLITE_MAGIC = "SQLite format 3\0";

/**
 * Walks.
 *
 * @param root The volume.
 * @returns Units with paths relative to `root`; what vanishes meanwhile is not among them.
 */
export async function* profileUnits(root: string): AsyncGenerator<ProfileUnit> {
  for (const directory of ARCHIVED_ROOTS) yield* unitsOf(root, directory);
}

/** The names of the files of a LevelDB, now. */
export async function levelDbNames(directory: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { name, isFile } of await list(directory)) if (isFile) names.push(name);
  return names;
}

async function* unitsOf(root: string, directory: string): AsyncGenerator<ProfileUnit> {
  const entries = await list(`${root}/${directory}`);
  if (entries.length === 0) return;
  yield { kind: "directory", path: directory };
  const files = entries.filter((entry) => entry.isFile && !isLeftOut(entry.name, "file"));
  const names = files.map(({ name }) => name);
  if (isLevelDb(names)) {
    yield { kind: "leveldb", directory };
  } else {
    for (const name of names) {
      const database = databaseOf(name);
      if (database !== undefined && names.includes(database)) continue;
      const isDatabase = await beginsLikeSqlite(`${root}/${directory}/${name}`);
      yield { kind: isDatabase ? "database" : "file", directory, name };
    }
  }
  for (const { name, isDirectory } of entries) {
    if (isDirectory && !isLeftOut(name, "directory")) yield* unitsOf(root, `${directory}/${name}`);
  }
}

async function list(directory: string): Promise<Deno.DirEntry[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(directory)))
      .sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function beginsLikeSqlite(path: string): Promise<boolean> {
  try {
    using file = await Deno.open(path);
    const start = new Uint8Array(SQLITE_MAGIC.length);
    const length = await file.read(start);
    return length === start.length && new TextDecoder().decode(start) === SQLITE_MAGIC;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
