/**
 * All databases of a user, copied while their server runs and made as new as they are once it is
 * stopped. What the server wrote meanwhile is then a file of its own beside each copy, its tail:
 * putting the two together takes as long as the database is large, and can wait (`settle_backup.ts`).
 *
 * @module
 */
import type { Account } from "./account.ts";
import { fetchFrom, makeScratch } from "./hand_over.ts";
import { inspectDatabase } from "./inspect_database.ts";
import { copyLive, type LiveCopy } from "./live_copy.ts";
import { baseName, type ManifestFile, type ManifestPart, tailName } from "./manifest.ts";
import { vacuumInto } from "./sqlite.ts";
import { identifyDatabases } from "./user_files.ts";

/** Where copies are made. */
export interface CopyPlaces {
  /** Where an account may make a directory of its own, on a disk. */
  readonly scratchDir: string;
  /** Root's directory, which becomes the backup. */
  readonly partial: string;
  /** How long one copy may take, in milliseconds. */
  readonly deadlineMs: number;
}

/** What a backup holds. */
export interface CopiedFiles {
  /** Databases that are whole. */
  readonly files: ManifestFile[];
  /** Databases that are in two parts. */
  readonly parts: ManifestPart[];
}

/** Copies that were made while the server ran. */
export interface CopiesAhead extends AsyncDisposable {
  /** Processes that have the databases open for it. */
  readonly pids: readonly number[];
  /** Makes them as new as the databases are. Nobody may write any more. */
  finish(): Promise<CopiedFiles>;
}

/** Copies one database, verified and flushed; it may be in use. */
export async function copyWhole(
  owner: Account,
  source: string,
  { scratchDir, partial, deadlineMs }: CopyPlaces,
): Promise<ManifestFile> {
  await using scratch = await makeScratch(owner, scratchDir);
  const name = nameOf(source);
  const copy = `${scratch.path}/${name}`;
  await vacuumInto(owner, source, copy, deadlineMs);
  return await fetchCopy(owner, copy, `${partial}/${name}`, deadlineMs);
}

/** Copies what may be copied while it is in use. */
export async function copyAhead(owner: Account, places: CopyPlaces): Promise<CopiesAhead> {
  const { scratchDir, partial, deadlineMs } = places;
  await using held = new AsyncDisposableStack();
  const ahead = new Map<string, { identity: string; live: LiveCopy; file: ManifestFile }>();
  // Which file it is comes first: one that takes its place after that is seen in the end.
  for (const [source, identity] of await identifyDatabases(owner)) {
    await using scratch = await makeScratch(owner, scratchDir);
    const name = nameOf(source);
    const copy = `${scratch.path}/${name}`;
    const live = await copyLive(owner, source, copy, deadlineMs);
    if (live === undefined) continue;
    held.use(live);
    const file = await fetchCopy(owner, copy, `${partial}/${name}`, deadlineMs);
    ahead.set(source, { identity, live, file });
  }
  const connections = held.move();

  async function finishOne(source: string, identity: string, into: CopiedFiles): Promise<void> {
    const begun = ahead.get(source);
    const name = nameOf(source);
    const [whole, base, tail] = [name, baseName(name), tailName(name)]
      .map((file) => `${partial}/${file}`) as [string, string, string];
    if (begun === undefined) return void into.files.push(await copyWhole(owner, source, places));
    ahead.delete(source);
    const { live, file } = begun;
    const isSame = begun.identity === identity;
    if (isSame && !await live.hasChanged()) return void into.files.push(file);
    if (isSame) {
      const { sizeBytes, sha256 } = file;
      const piece = await fetchFrom(owner, `${source}-wal`, tail);
      if (!await live.hasChanged()) {
        await Deno.rename(whole, base);
        into.parts.push({ name, base: { sizeBytes, sha256 }, tail: piece });
        return;
      }
      await Deno.remove(tail);
    }
    // Another file, or somebody writes although nobody should: as if nothing had been copied.
    await Deno.remove(whole);
    into.files.push(await copyWhole(owner, source, places));
  }

  return {
    pids: [...ahead.values()].flatMap(({ live }) => live.pids),
    async finish() {
      const into: CopiedFiles = { files: [], parts: [] };
      for (const [source, identity] of await identifyDatabases(owner)) {
        await finishOne(source, identity, into);
      }
      for (const source of ahead.keys()) await Deno.remove(`${partial}/${nameOf(source)}`);
      await connections.disposeAsync();
      return into;
    },
    [Symbol.asyncDispose]: () => connections.disposeAsync(),
  };
}

async function fetchCopy(
  owner: Account,
  copy: string,
  target: string,
  deadlineMs: number,
): Promise<ManifestFile> {
  const facts = await inspectDatabase(owner, copy, deadlineMs);
  return { ...await fetchFrom(owner, copy, target), facts };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
