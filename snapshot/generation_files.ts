/**
 * What lies in the snapshot directory, made consistent again after a kill at any instant.
 *
 * `storage-state.json` is the truth: it is what readers read. A generation comes to be in this
 * order, each step whole or not at all:
 *
 * 1. `generations/N.json` is written,
 * 2. `manifest.json` names N as its newest,
 * 3. `storage-state.json` becomes N: from here on it is published,
 * 4. generations that are too old are removed.
 *
 * So whatever the manifest names after the generation that the truth is, was never published; and
 * a generation the manifest does not name is of nobody.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { denoFiles, type FileEffects, writeFileAtomic } from "../core/atomic_file.ts";
import type { Logger } from "../core/log.ts";
import {
  currentEntry,
  emptyManifest,
  type GenerationEntry,
  type Manifest,
  MANIFEST_NAME,
  manifestText,
  parseManifest,
} from "./manifest.ts";
import { parseStorageState, type StorageState, StorageStateError } from "./storage_state.ts";

/** The name of the current generation in the snapshot directory. */
export const SNAPSHOT_NAME = "storage-state.json";

const FILE_MODE = 0o600;

/** The generation that readers see. */
export interface CurrentGeneration {
  /** What the manifest says of it. */
  readonly entry: GenerationEntry;
  /** What it holds. */
  readonly state: StorageState;
}

/** A consistent directory. */
export interface SettledDirectory {
  /** What there is. */
  readonly manifest: Manifest;
  /** What readers see, or `undefined` where there is no snapshot. */
  readonly current: CurrentGeneration | undefined;
}

/** The files of generations. Nothing here takes the lock; the caller holds it. */
export interface GenerationFiles {
  /** Reads the directory and mends what a kill or a clumsy hand left. */
  settle(): Promise<SettledDirectory>;
  /** Writes a generation, steps 1 to 3. `manifest` must name it as its newest. */
  commit(entry: GenerationEntry, bytes: Uint8Array, manifest: Manifest): Promise<void>;
  /** Writes the manifest alone. */
  writeManifest(manifest: Manifest): Promise<void>;
  /** Removes generations that the manifest does not name, step 4. */
  prune(manifest: Manifest): Promise<void>;
  /** The bytes of a generation, or `undefined` where they are gone or no longer what they were. */
  read(entry: GenerationEntry): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** Where and how. */
export interface GenerationFilesOptions {
  /** The snapshot directory, with `generations/` in it. */
  dir: string;
  /** File operations. @default {denoFiles} */
  files?: FileEffects | undefined;
  /** Told what had to be mended. */
  log?: Logger | undefined;
}

/** The files of a snapshot directory. */
export function generationFiles(options: GenerationFilesOptions): GenerationFiles {
  const { dir, files = denoFiles, log } = options;
  const path = `${dir}/${SNAPSHOT_NAME}`;
  const archive = `${dir}/generations`;
  // The last one that was read: most of the time nothing has changed since.
  let lastRead: { sha256: string; state: StorageState } | undefined;

  const write = (to: string, content: Uint8Array | string) =>
    writeFileAtomic(to, content, { mode: FILE_MODE, files });

  async function archived(): Promise<readonly number[]> {
    const found: number[] = [];
    for await (const { name } of Deno.readDir(archive)) {
      const match = /^(\d{10})\.json$/.exec(name);
      if (match !== null) found.push(Number(match[1]));
    }
    return found.sort((a, b) => a - b);
  }

  function parse(bytes: Uint8Array, sha256: string): StorageState | undefined {
    if (lastRead?.sha256 === sha256) return lastRead.state;
    try {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      const state = parseStorageState(text);
      lastRead = { sha256, state };
      return state;
    } catch (error) {
      if (error instanceof StorageStateError || error instanceof TypeError) return undefined;
      throw error;
    }
  }

  /** What can be told of a generation from its bytes. */
  function describe(number: number, bytes: Uint8Array, atMs: number): GenerationEntry | undefined {
    const sha256 = digest(bytes);
    const state = parse(bytes, sha256);
    if (state === undefined) return undefined;
    return {
      number,
      writtenAt: new Date(atMs).toISOString(),
      sha256,
      sizeBytes: bytes.length,
      browser: null,
      cookies: state.cookies.length,
      origins: state.origins.length,
      keptSessionCookies: [],
    };
  }

  async function rebuild(): Promise<Manifest> {
    const generations: GenerationEntry[] = [];
    for (const number of await archived()) {
      const file = archivePath(archive, number);
      const { mtime } = await Deno.stat(file);
      const entry = describe(number, await Deno.readFile(file), mtime?.getTime() ?? 0);
      if (entry !== undefined) generations.push(entry);
    }
    return { ...emptyManifest(), generations };
  }

  async function recover(manifest: Manifest): Promise<SettledDirectory> {
    for (const entry of manifest.generations.toReversed()) {
      const bytes = await self.read(entry);
      const state = bytes && parse(bytes, entry.sha256);
      if (bytes === undefined || state === undefined) continue;
      await write(path, bytes);
      log?.warn("the snapshot was not valid, put back the last good generation", {
        path,
        generation: entry.number,
      });
      const generations = manifest.generations.filter((one) => one.number <= entry.number);
      return { manifest: { ...manifest, generations }, current: { entry, state } };
    }
    log?.warn("the snapshot is not valid and there is no earlier generation", { path });
    return { manifest, current: undefined };
  }

  async function settleCurrent(manifest: Manifest): Promise<SettledDirectory> {
    const bytes = await readIfThere(path);
    // Somebody who removes the snapshot wants it gone; the earlier ones stay for a restore.
    if (bytes === undefined) return { manifest, current: undefined };
    const sha256 = digest(bytes);
    const entry = currentEntry(manifest, sha256);
    const state = parse(bytes, sha256);
    if (state === undefined) return await recover(manifest);
    if (entry !== undefined) {
      const generations = manifest.generations.filter((one) => one.number <= entry.number);
      return { manifest: { ...manifest, generations }, current: { entry, state } };
    }
    const { mtime } = await Deno.stat(path);
    const number = (manifest.generations.at(-1)?.number ?? 0) + 1;
    const adopted = describe(number, bytes, mtime?.getTime() ?? 0);
    if (adopted === undefined) return await recover(manifest);
    log?.info("took over a snapshot of unknown origin", { path, generation: number });
    const generations = [...manifest.generations, adopted];
    return { manifest: { ...manifest, generations }, current: { entry: adopted, state } };
  }

  const self: GenerationFiles = {
    async settle() {
      const bytes = await readIfThere(`${dir}/${MANIFEST_NAME}`);
      const text = bytes === undefined ? undefined : new TextDecoder().decode(bytes);
      const known = text === undefined ? undefined : parseManifest(text);
      if (text !== undefined && known === undefined) {
        log?.warn("the manifest is not valid, rebuilt it from the generations", { dir });
      }
      const settled = await settleCurrent(known ?? await rebuild());
      const { current } = settled;
      const onDisk = new Set(await archived());
      if (current !== undefined && !onDisk.has(current.entry.number)) {
        await write(archivePath(archive, current.entry.number), await Deno.readFile(path));
        onDisk.add(current.entry.number);
      }
      const generations = settled.manifest.generations.filter((one) => onDisk.has(one.number));
      const manifest = { ...settled.manifest, generations };
      if (manifestText(manifest) !== text && (generations.length > 0 || text !== undefined)) {
        await self.writeManifest(manifest);
      }
      await self.prune(manifest);
      return { manifest, current };
    },
    async commit(entry, bytes, manifest) {
      await write(archivePath(archive, entry.number), bytes);
      await self.writeManifest(manifest);
      await write(path, bytes);
    },
    writeManifest: (manifest) => write(`${dir}/${MANIFEST_NAME}`, manifestText(manifest)),
    async prune(manifest) {
      const wanted = new Set(manifest.generations.map((entry) => entry.number));
      for (const number of await archived()) {
        if (!wanted.has(number)) await files.remove(archivePath(archive, number));
      }
    },
    async read(entry) {
      const bytes = await readIfThere(archivePath(archive, entry.number));
      return bytes !== undefined && digest(bytes) === entry.sha256 ? bytes : undefined;
    },
  };
  return self;
}

/** The digest that the manifest names generations by: SHA-256 in hexadecimal. */
export function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function archivePath(archive: string, number: number): string {
  return `${archive}/${String(number).padStart(10, "0")}.json`;
}

async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
