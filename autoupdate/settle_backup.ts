/**
 * Makes one file of a database that was copied in two parts, once there is time for it.
 *
 * The manifest is what says which is true: until it is written anew the parts are, afterwards the
 * whole. So this may be cut short anywhere and done again.
 *
 * @module
 */
import { writeFileAtomic } from "../core/atomic_file.ts";
import type { Account } from "./account.ts";
import { fetchFrom, makeScratch, pourTo, syncDirectory } from "./hand_over.ts";
import { inspectDatabase } from "./inspect_database.ts";
import {
  baseName,
  type Manifest,
  type ManifestFile,
  type ManifestPart,
  manifestText,
  tailName,
} from "./manifest.ts";
import { query } from "./sqlite.ts";

/** Where a backup is, and where its parts are put together. */
export interface SettlePlaces {
  /** The backup. */
  readonly directory: string;
  /** Where an account may make a directory of its own, on a disk. */
  readonly scratchDir: string;
  /** How long one statement may take, in milliseconds. */
  readonly deadlineMs: number;
}

/** Puts the parts of a backup together and gives its new manifest. */
export async function settleBackup(
  owner: Account,
  manifest: Manifest,
  places: SettlePlaces,
): Promise<Manifest> {
  const { directory } = places;
  const { parts = [], files, ...about } = manifest;
  if (parts.length === 0) return manifest;
  const whole: ManifestFile[] = [];
  for (const part of parts) whole.push(await putTogether(owner, part, places));
  await syncDirectory(directory);
  const settled: Manifest = { ...about, files: [...files, ...whole] };
  await writeFileAtomic(`${directory}/manifest.json`, manifestText(settled), { mode: 0o600 });
  for (const { name } of parts) {
    await Deno.remove(`${directory}/${baseName(name)}`);
    await Deno.remove(`${directory}/${tailName(name)}`);
  }
  return settled;
}

async function putTogether(
  owner: Account,
  { name }: ManifestPart,
  { directory, scratchDir, deadlineMs }: SettlePlaces,
): Promise<ManifestFile> {
  await using scratch = await makeScratch(owner, scratchDir);
  const copy = `${scratch.path}/${name}`;
  await pourTo(owner, `${directory}/${baseName(name)}`, copy);
  await pourTo(owner, `${directory}/${tailName(name)}`, `${copy}-wal`);
  // SQLite finds the tail as it finds what a killed server left. That it took it is worth a look:
  // one that it did not like would be thrown away without a word.
  const [result] = await query(owner, copy, "PRAGMA wal_checkpoint(FULL)", deadlineMs);
  const { busy, log, checkpointed } = result ?? {};
  if (busy !== 0 || !(Number(log) > 0) || checkpointed !== log) {
    throw new Error(`${name} and its tail do not fit: ${JSON.stringify(result)}`);
  }
  const facts = await inspectDatabase(owner, copy, deadlineMs);
  const target = `${directory}/${name}`;
  try {
    await Deno.remove(target);
  } catch (error) {
    // What an attempt left that was cut short.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return { ...await fetchFrom(owner, copy, target), facts };
}
