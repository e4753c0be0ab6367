/**
 * The generations a harvester has kept beside the snapshot, for what they say about changes.
 *
 * @module
 */
import { parseStorageState, type StorageState, StorageStateError } from "../storage_state.ts";

/** More are not read: they are only a hint, and each costs as much as a snapshot. */
const MOST = 10;

/** A generation of the past. */
export interface PastGeneration {
  /** What it held. */
  readonly state: StorageState;
  /** When it was written, in milliseconds since the epoch. */
  readonly writtenMs: number;
}

/**
 * Reads them one by one, oldest first. What is missing or broken is passed over.
 *
 * @param snapshotPath The current snapshot; `generations/` is looked for beside it.
 */
export async function* pastGenerations(snapshotPath: string): AsyncGenerator<PastGeneration> {
  const folder = `${snapshotPath.slice(0, snapshotPath.lastIndexOf("/"))}/generations`;
  for (const name of (await generationNames(folder)).slice(-MOST)) {
    const generation = await readGeneration(`${folder}/${name}`);
    if (generation !== undefined) yield generation;
  }
}

async function generationNames(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && /^\d{10}\.json$/.test(name)) names.push(name);
    }
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
  return names.sort();
}

async function readGeneration(path: string): Promise<PastGeneration | undefined> {
  try {
    const { mtime } = await Deno.stat(path);
    const state = parseStorageState(await Deno.readTextFile(path));
    return { state, writtenMs: mtime?.getTime() ?? 0 };
  } catch (error) {
    if (error instanceof StorageStateError || isAbsence(error)) return undefined;
    throw error;
  }
}

/** Generations come and go while they are read; a snapshot kept elsewhere has none. */
function isAbsence(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied;
}
