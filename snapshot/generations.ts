/**
 * The snapshot on disk: the current generation under its well-known name, the last few beside it.
 *
 * ```
 * SNAPSHOT_DIR/storage-state.json          the current generation, what the server serves
 * SNAPSHOT_DIR/generations/0000000042.json every generation, the newest is the same as the above
 * SNAPSHOT_DIR/known-origins.json          what earlier harvests have seen
 * SNAPSHOT_DIR/.lock                       held while one of them is written
 * ```
 * Several harvesters may share the directory (a watching one and one started by hand).
 *
 * @module
 */
import { z } from "zod";
import { isLeftover, writeFileAtomic } from "../core/atomic_file.ts";
import type { Clock } from "../core/clock.ts";
import { Fault } from "../core/fault.ts";
import { type FileLock, tryLockFile } from "../core/file_lock.ts";

/** The name of the current generation in the snapshot directory. */
export const SNAPSHOT_NAME = "storage-state.json";

const KNOWN_ORIGINS = z.array(z.string());
const FILE_MODE = 0o600;

/** How generations are kept. */
export interface GenerationsOptions {
  /** The snapshot directory; made where it is missing. */
  dir: string;
  /** How many earlier generations stay. @default {5} */
  keep?: number;
  /** Time, for waiting on the lock. */
  clock: Clock;
}

/** The snapshot directory. */
export interface Generations {
  /** The current snapshot's path. */
  readonly path: string;
  /** The directory itself, for short-lived work files. */
  readonly dir: string;
  /**
   * Writes a generation, unless it says the same as the current one.
   *
   * @returns Whether it was written, and its number.
   * @throws {Fault} When another harvester holds the lock for too long.
   */
  publish(bytes: Uint8Array): Promise<{ isWritten: boolean; generation: number }>;
  /** The origins that earlier harvests have seen. */
  knownOrigins(): Promise<readonly string[]>;
  /** Adds origins to those that were seen. */
  remember(origins: Iterable<string>): Promise<void>;
}

/** Opens the snapshot directory and removes what a killed harvester left there. */
export async function openGenerations(options: GenerationsOptions): Promise<Generations> {
  const { dir, keep = 5, clock } = options;
  const path = `${dir}/${SNAPSHOT_NAME}`;
  const archive = `${dir}/generations`;
  const ledger = `${dir}/known-origins.json`;
  await Deno.mkdir(archive, { recursive: true, mode: 0o700 });

  async function lock(): Promise<FileLock> {
    const waitMs = 50;
    for (let attempt = 0; attempt < 200; attempt++) {
      const held = await tryLockFile(`${dir}/.lock`);
      if (held !== undefined) return held;
      await clock.sleep(waitMs);
    }
    throw new Fault(`Cannot write to "${dir}": another harvester holds its lock`);
  }

  async function numbers(): Promise<readonly number[]> {
    const found: number[] = [];
    for await (const entry of Deno.readDir(archive)) {
      const match = /^(\d{10})\.json$/.exec(entry.name);
      if (match !== null) found.push(Number(match[1]));
    }
    return found.sort((a, b) => a - b);
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

  {
    using _held = await lock();
    await removeLeftovers();
  }

  return {
    path,
    dir,
    knownOrigins: readKnown,
    async publish(bytes) {
      using _held = await lock();
      const known = await numbers();
      const latest = known.at(-1) ?? 0;
      const current = await readIfThere(path);
      if (current !== undefined && current === new TextDecoder().decode(bytes)) {
        return { isWritten: false, generation: latest };
      }
      const generation = latest + 1;
      const name = `${String(generation).padStart(10, "0")}.json`;
      await writeFileAtomic(`${archive}/${name}`, bytes, { mode: FILE_MODE });
      await writeFileAtomic(path, bytes, { mode: FILE_MODE });
      for (const old of known.slice(0, -keep)) {
        await Deno.remove(`${archive}/${String(old).padStart(10, "0")}.json`);
      }
      return { isWritten: true, generation };
    },
    async remember(origins) {
      const before = await readKnown();
      const wanted = new Set([...before, ...origins]);
      if (wanted.size === before.length) return;
      using _held = await lock();
      const all = [...new Set([...await readKnown(), ...wanted])].sort();
      await writeFileAtomic(ledger, `${JSON.stringify(all)}\n`, { mode: FILE_MODE });
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
