/**
 * Copies of users' data: made, found, verified, thrown away.
 *
 * A copy is made by its owner in a directory of theirs and checked by them; root takes the bytes,
 * measures them on the way, flushes them, and renames the whole into place. So the user cannot change
 * a copy, and root parses nothing of theirs. Only a directory with a whole manifest is a copy;
 * everything else is what a crash left.
 *
 * @module
 */
import { writeFileAtomic } from "../core/atomic_file.ts";
import type { Clock } from "../core/clock.ts";
import type { Account } from "./account.ts";
import { findLosses } from "./database_facts.ts";
import { digestOf, fetchFrom, makeScratch, pourTo, syncDirectory } from "./hand_over.ts";
import { inspectDatabase } from "./inspect_database.ts";
import { backupName, type Manifest, parseManifest, type StoredBackup } from "./manifest.ts";
import { vacuumInto } from "./sqlite.ts";
import { findDatabases, freeBytes, sizeOf } from "./user_files.ts";

/** What a copy is made for. */
export type BackupReason =
  | { readonly kind: "nightly" }
  | { readonly kind: "update"; readonly from: string | undefined; readonly to: string };

/** Where copies are, and how long one may take. */
export interface StoreOptions {
  /** The directory of all users' copies. */
  readonly directory: string;
  /** Where an account may make a directory of its own, on a disk. */
  readonly scratchDir: string;
  /** The longest a copy may take, in milliseconds. */
  readonly deadlineMs: number;
  /** Time. */
  readonly clock: Clock;
}

/** The copies of a box. */
export interface BackupStore {
  /** Makes one, verified and durable, and gives its name. */
  make(owner: Account, reason: BackupReason): Promise<string>;
  /** A user's copies that are whole, oldest first. */
  list(user: string): Promise<readonly StoredBackup[]>;
  /** Reads a copy's manifest and measures its files against it. */
  verify(user: string, id: string): Promise<Manifest>;
  /** Where a copy's files are. */
  pathOf(user: string, id: string): string;
  /** Throws copies away, and what crashes left. */
  remove(user: string, ids: readonly string[]): Promise<void>;
}

/** Opens the copies of a box; the directory is made where it is missing. */
export function openBackupStore(
  { directory, scratchDir, deadlineMs, clock }: StoreOptions,
): BackupStore {
  const folderOf = (user: string) => `${directory}/${user}`;
  const pathOf = (user: string, id: string) => `${folderOf(user)}/${id}`;

  async function make(owner: Account, reason: BackupReason): Promise<string> {
    const folder = folderOf(owner.name);
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    const sources = await findDatabases(owner);
    const needed = 1.25 * await sizeOf(owner, sources) + 16_777_216;
    for (const place of [folder, scratchDir]) {
      const free = await freeBytes(place);
      if (free < needed) throw new Error(`${place} has ${free} bytes free, must have ${needed}`);
    }
    const partial = `${folder}/.partial-${crypto.randomUUID()}`;
    await Deno.mkdir(partial, { mode: 0o700 });
    try {
      await using scratch = await makeScratch(owner, scratchDir);
      const files: Manifest["files"] = [];
      for (const source of sources) {
        const name = source.slice(source.lastIndexOf("/") + 1);
        const copy = `${scratch.path}/${name}`;
        await vacuumInto(owner, source, copy, deadlineMs);
        const facts = await inspectDatabase(owner, copy, deadlineMs);
        files.push({ ...await fetchFrom(owner, copy, `${partial}/${name}`), facts });
      }
      const about = describe(owner.name, reason, clock.now());
      const manifest: Manifest = { ...about, files };
      await writeFileAtomic(`${partial}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`, {
        mode: 0o600,
      });
      const id = backupName(about, crypto.randomUUID().slice(0, 8));
      await Deno.rename(partial, pathOf(owner.name, id));
      await syncDirectory(folder);
      return id;
    } catch (error) {
      await Deno.remove(partial, { recursive: true });
      throw error;
    }
  }

  async function list(user: string): Promise<readonly StoredBackup[]> {
    const found: StoredBackup[] = [];
    for (const id of await entries(folderOf(user))) {
      if (id.startsWith(".")) continue;
      const manifest = await readManifest(user, id);
      if (manifest !== undefined) found.push({ id, manifest });
    }
    return found.sort((a, b) => a.id < b.id ? -1 : 1);
  }

  async function readManifest(user: string, id: string): Promise<Manifest | undefined> {
    try {
      return parseManifest(await Deno.readTextFile(`${pathOf(user, id)}/manifest.json`));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  return {
    make,
    list,
    pathOf,
    async verify(user, id) {
      const manifest = await readManifest(user, id);
      if (manifest === undefined || manifest.user !== user) {
        throw new Error(`${pathOf(user, id)} is no copy of the data of ${user}`);
      }
      for (const { facts, sha256 } of manifest.files) {
        const path = `${pathOf(user, id)}/${facts.name}`;
        if (await digestOf(path) !== sha256) {
          throw new Error(`${path} is not what was copied: its digest is another`);
        }
      }
      return manifest;
    },
    async remove(user, ids) {
      const folder = folderOf(user);
      const leftovers = (await entries(folder)).filter((name) => name.startsWith(".partial-"));
      for (const name of [...ids, ...leftovers]) {
        // Renamed first: half a removed copy must not look like one.
        const doomed = name.startsWith(".") ? name : `.partial-${name}`;
        if (doomed !== name) await Deno.rename(`${folder}/${name}`, `${folder}/${doomed}`);
        await Deno.remove(`${folder}/${doomed}`, { recursive: true });
      }
    },
  };
}

/** What the databases of a user have lost against a copy. */
export async function lossesAgainst(
  owner: Account,
  manifest: Manifest,
): Promise<readonly string[]> {
  const now = [];
  for (const path of await findDatabases(owner)) now.push(await inspectDatabase(owner, path));
  return findLosses(manifest.files.map(({ facts }) => facts), now);
}

function describe(user: string, reason: BackupReason, atMs: number): Omit<Manifest, "files"> {
  const common = { format: 1 as const, user, kind: reason.kind, atMs };
  if (reason.kind === "nightly") return common;
  const { from, to } = reason;
  return { ...common, ...(from === undefined ? {} : { from }), to };
}

async function entries(path: string): Promise<readonly string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Whether a copy can be put back: it is put back beside, and looked at. */
export async function drill(
  owner: Account,
  store: BackupStore,
  backup: StoredBackup,
  scratchDir: string,
): Promise<readonly string[]> {
  const manifest = await store.verify(owner.name, backup.id);
  await using scratch = await makeScratch(owner, scratchDir);
  const restored = [];
  for (const { facts } of manifest.files) {
    const copy = `${scratch.path}/${facts.name}`;
    await pourTo(owner, `${store.pathOf(owner.name, backup.id)}/${facts.name}`, copy);
    restored.push(await inspectDatabase(owner, copy));
  }
  return findLosses(manifest.files.map(({ facts }) => facts), restored);
}
