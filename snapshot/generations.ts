/**
 * The snapshot on disk: the current generation under its well-known name, the last few beside it.
 *
 * ```
 * SNAPSHOT_DIR/storage-state.json          the current generation, what the server serves
 * SNAPSHOT_DIR/manifest.json               what is known of each generation, never a value
 * SNAPSHOT_DIR/generations/0000000042.json every generation, the newest is the same as the above
 * SNAPSHOT_DIR/known-origins.json          what earlier harvests have seen
 * SNAPSHOT_DIR/.lock                       held while one of them is written
 * ```
 * Several harvesters may share the directory (a watching one and one started by hand).
 *
 * @module
 */
import { z } from "zod";
import { denoFiles, type FileEffects, isLeftover, writeFileAtomic } from "../core/atomic_file.ts";
import type { Clock } from "../core/clock.ts";
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import { type FileLock, tryLockFile } from "../core/file_lock.ts";
import type { Logger } from "../core/log.ts";
import {
  type CurrentGeneration,
  digest,
  generationFiles,
  type SettledDirectory,
  SNAPSHOT_NAME,
} from "./generation_files.ts";
import type { GenerationEntry, RefusalEntry } from "./manifest.ts";

export { type CurrentGeneration, SNAPSHOT_NAME } from "./generation_files.ts";

const KNOWN_ORIGINS = z.array(z.string());
const FILE_MODE = 0o600;

/** How generations are kept. */
export interface GenerationsOptions {
  /** The snapshot directory; made where it is missing. */
  dir: string;
  /** How many earlier generations stay, at least 1. @default {5} */
  keep?: number;
  /** Time, for waiting on the lock and for the manifest. */
  clock: Clock;
  /** File operations. @default {denoFiles} */
  files?: FileEffects;
  /** Told what had to be mended. */
  log?: Logger;
}

/** What a candidate says of itself, as the manifest keeps it. */
export type CandidateFacts = Pick<
  GenerationEntry,
  "browser" | "cookies" | "origins" | "keptSessionCookies" | "restoredFrom"
>;

/** What to do with a candidate once the current generation is known. */
export type Proposal =
  | { readonly kind: "publish"; readonly bytes: Uint8Array; readonly facts: CandidateFacts }
  | { readonly kind: "refuse"; readonly refusal: Omit<RefusalEntry, "since"> };

/** What came of a proposal. */
export type PublishOutcome =
  | { readonly kind: "written" | "unchanged"; readonly generation: number; readonly bytes: number }
  | { readonly kind: "refused"; readonly refusal: RefusalEntry };

/** The snapshot directory. */
export interface Generations {
  /** The current snapshot's path. */
  readonly path: string;
  /** The directory itself, for short-lived work files. */
  readonly dir: string;
  /**
   * Lets `propose` see the current generation and does what it says: writes a new generation,
   * unless it says the same as the current one, or remembers a refusal. Nobody else publishes
   * meanwhile.
   *
   * @throws {Fault} When another harvester holds the lock for too long.
   */
  publish(propose: (current: CurrentGeneration | undefined) => Proposal): Promise<PublishOutcome>;
  /** Everything the manifest knows, and which generation is the current one. */
  list(): Promise<SettledDirectory>;
  /**
   * Publishes the bytes of an earlier generation again, as a new one.
   *
   * @throws {Fault} When it is not there, naming those that are.
   */
  restore(number: number): Promise<PublishOutcome>;
  /** The origins that earlier harvests have seen. */
  knownOrigins(): Promise<readonly string[]>;
  /** Adds origins to those that were seen; where that fails the log says so, since it is a hint. */
  remember(origins: Iterable<string>): Promise<void>;
}

/**
 * Opens the snapshot directory and mends what a killed harvester left there.
 *
 * @throws {Fault} When the directory cannot be written to.
 */
export async function openGenerations(options: GenerationsOptions): Promise<Generations> {
  const { dir, keep = 5, clock, files = denoFiles, log } = options;
  const path = `${dir}/${SNAPSHOT_NAME}`;
  const archive = `${dir}/generations`;
  const ledger = `${dir}/known-origins.json`;
  const store = generationFiles({ dir, files, log });
  let ledgerTrouble: string | undefined;

  async function lock(): Promise<FileLock> {
    const waitMs = 50;
    for (let attempt = 0; attempt < 200; attempt++) {
      const held = await tryLockFile(`${dir}/.lock`);
      if (held !== undefined) return held;
      await clock.sleep(waitMs);
    }
    throw new Fault(`Cannot write to "${dir}": another harvester holds its lock`);
  }

  async function removeLeftovers(): Promise<void> {
    for (const place of [dir, archive]) {
      for await (const entry of Deno.readDir(place)) {
        const isOurs = isLeftover(entry.name) ||
          entry.name.startsWith(".profile-copy-") && await isOld(`${place}/${entry.name}`);
        if (isOurs) await Deno.remove(`${place}/${entry.name}`, { recursive: true });
      }
    }
  }

  /** A copy may be in use by another harvester, which needs it for a moment only. */
  async function isOld(entry: string): Promise<boolean> {
    const { mtime } = await Deno.stat(entry);
    return mtime !== null && clock.now() - mtime.getTime() > 600_000;
  }

  async function readKnown(): Promise<readonly string[]> {
    const text = await readIfThere(ledger);
    if (text === undefined) return [];
    // It is a hint, and a broken one is worth no more than none.
    const parsed = KNOWN_ORIGINS.safeParse(parseJson(text));
    return parsed.success ? parsed.data : [];
  }

  async function accept(
    { manifest, current }: SettledDirectory,
    bytes: Uint8Array,
    facts: CandidateFacts,
  ): Promise<PublishOutcome> {
    const sha256 = digest(bytes);
    if (current !== undefined && current.entry.sha256 === sha256) {
      // The same bytes may come from another run of the browser, or without a kept cookie.
      const { browser, keptSessionCookies } = facts;
      const entry = { ...current.entry, browser, keptSessionCookies };
      const isSame = JSON.stringify(entry) === JSON.stringify(current.entry);
      if (!isSame || manifest.lastRefusal !== null) {
        const generations = [...manifest.generations.slice(0, -1), entry];
        await store.writeManifest({ ...manifest, generations, lastRefusal: null });
      }
      return { kind: "unchanged", generation: entry.number, bytes: bytes.length };
    }
    const entry: GenerationEntry = {
      number: (manifest.generations.at(-1)?.number ?? 0) + 1,
      writtenAt: new Date(clock.now()).toISOString(),
      sha256,
      sizeBytes: bytes.length,
      ...facts,
    };
    // The one before must stay: until the last step it is the one that readers see.
    const generations = [...manifest.generations, entry].slice(-(Math.max(keep, 1) + 1));
    const next = { ...manifest, generations, lastRefusal: null };
    await store.commit(entry, bytes, next);
    await store.prune(next);
    return { kind: "written", generation: entry.number, bytes: bytes.length };
  }

  try {
    await Deno.mkdir(archive, { recursive: true, mode: 0o700 });
    using _held = await lock();
    await removeLeftovers();
    await store.settle();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault(`Cannot use the snapshot directory "${dir}": ${errorText(error)}`, {
      cause: error,
    });
  }

  return {
    path,
    dir,
    knownOrigins: readKnown,
    async publish(propose) {
      using _held = await lock();
      const settled = await store.settle();
      const proposal = propose(settled.current);
      if (proposal.kind === "publish") {
        return await accept(settled, proposal.bytes, proposal.facts);
      }
      const { manifest } = settled;
      const since = manifest.lastRefusal?.since ?? new Date(clock.now()).toISOString();
      const refusal: RefusalEntry = { since, ...proposal.refusal };
      if (JSON.stringify(refusal) !== JSON.stringify(manifest.lastRefusal)) {
        await store.writeManifest({ ...manifest, lastRefusal: refusal });
      }
      return { kind: "refused", refusal };
    },
    async list() {
      using _held = await lock();
      return await store.settle();
    },
    async restore(number) {
      using _held = await lock();
      const settled = await store.settle();
      const { manifest, current } = settled;
      const entry = manifest.generations.find((one) => one.number === number);
      const bytes = entry && await store.read(entry);
      if (entry === undefined || bytes === undefined) {
        const there = manifest.generations.map((one) =>
          one.number === current?.entry.number ? `${one.number} (current)` : `${one.number}`
        );
        const why = entry === undefined ? "it is not there" : "its file is damaged";
        const choice = there.length === 0
          ? "there is no generation"
          : `there are ${there.join(", ")}`;
        throw new Fault(`Cannot restore generation ${number}: ${why}, ${choice}`);
      }
      const { browser, cookies, origins, keptSessionCookies } = entry;
      const facts = { browser, cookies, origins, keptSessionCookies, restoredFrom: number };
      return await accept(settled, bytes, facts);
    },
    async remember(origins) {
      const before = await readKnown();
      const wanted = new Set([...before, ...origins]);
      if (wanted.size === before.length) return;
      try {
        using _held = await lock();
        const all = [...new Set([...await readKnown(), ...wanted])].sort();
        await writeFileAtomic(ledger, `${JSON.stringify(all)}\n`, { mode: FILE_MODE, files });
        ledgerTrouble = undefined;
      } catch (error) {
        const text = `Cannot write "${ledger}": ${errorText(error)}`;
        if (text !== ledgerTrouble) log?.warn(text);
        ledgerTrouble = text;
      }
    },
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
