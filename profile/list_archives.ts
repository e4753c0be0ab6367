/**
 * The archives there are, newest first.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import { type ArchiveName, parseArchiveName } from "./archive_name.ts";

/** An archive in its directory. */
export interface ListedArchive extends ArchiveName {
  /** Its length in bytes. */
  readonly size: number;
  /** Whether its digest is beside it. */
  readonly hasDigest: boolean;
}

/** What is in the directory of the archives. */
export interface ArchiveDirectory {
  /** The archives, newest first. */
  readonly archives: readonly ListedArchive[];
  /** Digests whose archive is gone. */
  readonly orphans: readonly string[];
}

/**
 * Lists.
 *
 * @param backupDir The directory.
 * @throws {Fault} When it cannot be read.
 */
export async function listArchives(backupDir: string): Promise<ArchiveDirectory> {
  try {
    const names = new Set<string>();
    for await (const { name, isFile } of Deno.readDir(backupDir)) if (isFile) names.add(name);
    const archives: ListedArchive[] = [];
    for (const name of names) {
      const parsed = parseArchiveName(name);
      if (parsed === undefined) continue;
      const { size } = await Deno.stat(`${backupDir}/${name}`);
      archives.push({ ...parsed, size, hasDigest: names.has(`${name}.sha256`) });
    }
    archives.sort((a, b) => b.madeMs - a.madeMs);
    const orphans = [...names].filter((name) => {
      const archive = name.replace(/\.sha256$/, "");
      return archive !== name && parseArchiveName(archive) !== undefined && !names.has(archive);
    }).sort();
    return { archives, orphans };
  } catch (error) {
    throw new Fault(`Cannot list the backups in "${backupDir}": ${errorText(error)}`, {
      cause: error,
    });
  }
}

/** The archives as a table for a person. */
export function archivesText(archives: readonly ListedArchive[]): string {
  if (archives.length === 0) return "no backups yet\n";
  return archives.map(({ name, size, hasDigest }) =>
    `${name.padEnd(34)} ${megabytes(size)}${hasDigest ? "" : "  without a digest"}\n`
  ).join("");
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`.padStart(11);
}
