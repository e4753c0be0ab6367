/**
 * The archive a person means.
 *
 * @module
 */
import { Fault } from "../core/fault.ts";
import { nearestWord } from "../core/nearest_word.ts";
import { listArchives } from "./list_archives.ts";

/**
 * Finds it.
 *
 * @param backupDir Where the archives are.
 * @param wanted A name in there, a path with a slash, or `latest`.
 * @returns Its path.
 * @throws {Fault} When there is none.
 */
export async function findArchive(backupDir: string, wanted: string): Promise<string> {
  if (wanted.includes("/")) return wanted;
  const { archives } = await listArchives(backupDir);
  const names = archives.map(({ name }) => name);
  const found = wanted === "latest" ? names[0] : names.find((name) => name === wanted);
  if (found !== undefined) return `${backupDir}/${found}`;
  if (names.length === 0) {
    throw new Fault(`Cannot find backup "${wanted}": "${backupDir}" is empty`);
  }
  const near = nearestWord(wanted, names);
  const hint = near === undefined ? `must be one of ${names.join(", ")}` : `did you mean "${near}"`;
  throw new Fault(`Cannot find backup "${wanted}": "${backupDir}" has no such archive, ${hint}`);
}
