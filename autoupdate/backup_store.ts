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
import { type CopiedFiles, copyAhead, type CopyPlaces, copyWhole } from "./copy_ahead.ts";
import { findLosses } from "./database_facts.ts";
import type { BackupAhead } from "./effects.ts";
import { digestOf, makeScratch, pourTo, syncDirectory } from "./hand_over.ts";
import { inspectDatabase } from "./inspect_database.ts";
import {
  backupName,
  type Manifest,
  type ManifestFile,
  manifestText,
  parseManifest,
  piecesOf,
  type StoredBackup,
} from "./manifest.ts";
import { settleBackup } from "./settle_backup.ts";
import { findDatabases, findLinkedDatabases, freeBytes, sizeOf } from "./user_files.ts";

/** What a copy is made for. */
export type BackupReason =
  | { readonly kind: "nightly"; readonly from?: string | undefined }
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
  /** Begins one while the server runs, to be finished when it is stopped. */
  begin(owner: Account, reason: BackupReason): Promise<BackupAhead>;
  /** A user's copies that are whole, oldest first. */
  list(user: string): Promise<readonly StoredBackup[]>;
  /** Reads a copy's manifest and measures its files against it. */
  verify(user: string, id: string): Promise<Manifest>;
  /** The same, and makes every database in it one file, which one that was begun early is not yet. */
  settle(owner: Account, id: string): Promise<Manifest>;
  /** Where a copy's files are. */
  pathOf(user: string, id: string): string;
  /** Throws copies away, and what crashes left. */
  remove(user: string, ids: readonly string[]): Promise<void>;
}

interface Draft extends AsyncDisposable {
  readonly places: CopyPlaces;
  seal(copied: CopiedFiles): Promise<string>;
}

/** Opens the copies of a box; the directory is made where it is missing. */
export function openBackupStore(
  { directory, scratchDir, deadlineMs, clock }: StoreOptions,
): BackupStore {
  const folderOf = (user: string) => `${directory}/${user}`;
  const pathOf = (user: string, id: string) => `${folderOf(user)}/${id}`;

  /** Begins a copy; nothing is left of it unless it is sealed. */
  async function draft(owner: Account, reason: BackupReason, times: number): Promise<Draft> {
    const [link] = await findLinkedDatabases(owner);
    if (link !== undefined) {
      throw new Error(`${link} is a link to a file elsewhere, must be the file itself`);
    }
    const folder = folderOf(owner.name);
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    const sizeBytes = await sizeOf(owner, await findDatabases(owner));
    for (const [place, share] of [[folder, times], [scratchDir, 1.25]] as const) {
      const needed = share * sizeBytes + 16_777_216;
      const free = await freeBytes(place);
      if (free < needed) throw new Error(`${place} has ${free} bytes free, must have ${needed}`);
    }
    const partial = `${folder}/.partial-${crypto.randomUUID()}`;
    await Deno.mkdir(partial, { mode: 0o700 });
    let isSealed = false;
    return {
      places: { scratchDir, partial, deadlineMs },
      async seal({ files, parts }) {
        const about = describe(owner.name, reason, clock.now());
        const manifest = { ...about, files, ...(parts.length === 0 ? {} : { parts }) };
        await writeFileAtomic(`${partial}/manifest.json`, manifestText(manifest), { mode: 0o600 });
        const id = backupName(about, crypto.randomUUID().slice(0, 8));
        await Deno.rename(partial, pathOf(owner.name, id));
        isSealed = true;
        await syncDirectory(folder);
        return id;
      },
      async [Symbol.asyncDispose]() {
        if (!isSealed) await Deno.remove(partial, { recursive: true });
      },
    };
  }

  async function make(owner: Account, reason: BackupReason): Promise<string> {
    await using begun = await draft(owner, reason, 1.25);
    const files: ManifestFile[] = [];
    for (const source of await findDatabases(owner)) {
      files.push(await copyWhole(owner, source, begun.places));
    }
    return await begun.seal({ files, parts: [] });
  }

  async function begin(owner: Account, reason: BackupReason): Promise<BackupAhead> {
    await using held = new AsyncDisposableStack();
    // The parts may have to be put together beside them.
    const begun = held.use(await draft(owner, reason, 2.25));
    const copies = held.use(await copyAhead(owner, begun.places));
    const kept = held.move();
    return {
      pids: copies.pids,
      finish: async () => await begun.seal(await copies.finish()),
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
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

  async function verify(user: string, id: string): Promise<Manifest> {
    const manifest = await readManifest(user, id);
    if (manifest === undefined || manifest.user !== user) {
      throw new Error(`${pathOf(user, id)} is no copy of the data of ${user}`);
    }
    for (const { name, sha256 } of piecesOf(manifest)) {
      const path = `${pathOf(user, id)}/${name}`;
      if (await digestOf(path) !== sha256) {
        throw new Error(`${path} is not what was copied: its digest is another`);
      }
    }
    return manifest;
  }

  return {
    make,
    begin,
    list,
    pathOf,
    verify,
    async settle(owner, id) {
      const directory = pathOf(owner.name, id);
      const manifest = await verify(owner.name, id);
      return await settleBackup(owner, manifest, { directory, scratchDir, deadlineMs });
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

function describe(
  user: string,
  reason: BackupReason,
  atMs: number,
): Omit<Manifest, "files" | "parts"> {
  const { kind, from } = reason;
  const common = {
    format: 1 as const,
    user,
    kind,
    atMs,
    ...(from === undefined ? {} : { from }),
  };
  return kind === "nightly" ? common : { ...common, to: reason.to };
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
  const manifest = await store.settle(owner, backup.id);
  await using scratch = await makeScratch(owner, scratchDir);
  const restored = [];
  for (const { facts } of manifest.files) {
    const copy = `${scratch.path}/${facts.name}`;
    await pourTo(owner, `${store.pathOf(owner.name, backup.id)}/${facts.name}`, copy);
    restored.push(await inspectDatabase(owner, copy));
  }
  return findLosses(manifest.files.map(({ facts }) => facts), restored);
}
