/**
 * Makes an archive of the profile and its snapshots, while Chromium runs or not.
 *
 * It grows under a temporary name and gets its own only when it is whole, flushed, checked and has its
 * digest beside it: what has an archive's name is one.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { denoFiles, isLeftover, writeFileAtomic } from "../core/atomic_file.ts";
import type { Clock } from "../core/clock.ts";
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import { tryLockFile } from "../core/file_lock.ts";
import type { Logger } from "../core/log.ts";
import { type ArchiveManifest, MANIFEST_NAME } from "./archive_manifest.ts";
import { archiveName } from "./archive_name.ts";
import { writeArchive, type WriteBytes } from "./archive_sink.ts";
import { copyDatabase } from "./copy_database.ts";
import { levelDbNames, profileUnits } from "./profile_units.ts";
import { settledCopy } from "./settled_copy.ts";
import { BLOCK, padded, tarHeader } from "./tar_header.ts";
import type { UnnamedArchive } from "./unpack_archive.ts";

/** What to archive and where to. */
export interface CreateOptions {
  /** The volume, with `chromium-data` and `snapshots`. */
  readonly root: string;
  /** The directory of the archives. */
  readonly backupDir: string;
  /** An age public key; none: not encrypted. */
  readonly recipient?: string | undefined;
  /** Where files are copied to before they are encrypted; others beside the archive. */
  readonly scratchDir: string;
  /** Told the finished file before it gets its name; what it throws keeps it from having one. */
  readonly check?: (path: string, unnamed: UnnamedArchive) => Promise<void>;
  /** Time. */
  readonly clock: Clock;
  /** Log. */
  readonly log: Logger;
}

/** An archive that was made. */
export interface CreatedArchive {
  /** Its path. */
  readonly path: string;
  /** Its length in bytes. */
  readonly size: number;
  /** How many files are in it. */
  readonly files: number;
}

/**
 * Makes an archive.
 *
 * @throws {Fault} When the volume holds no profile, the disk is full, or another backup runs.
 */
export async function createArchive(options: CreateOptions): Promise<CreatedArchive> {
  const { root, backupDir, recipient, scratchDir, check, clock, log } = options;
  const fault = (error: unknown) =>
    error instanceof Fault ? error : new Fault(
      `Cannot back up "${root}" to "${backupDir}": ${errorText(error)}`,
      { cause: error },
    );
  try {
    using lock = await tryLockFile(`${backupDir}/.lock`);
    if (lock === undefined) {
      throw new Fault(`Cannot back up to "${backupDir}": another backup is being made there`);
    }
    await removeLeftovers(backupDir);
    const name = await freeName(backupDir, clock.now(), recipient !== undefined);
    const path = `${backupDir}/${name}`;
    const id = crypto.randomUUID();
    const temporary = `${backupDir}/.${name}.${id}.tmp`;
    // Whoever asks for encryption does not trust the place of the archives with the plain files.
    const work = recipient === undefined
      ? `${backupDir}/.work.${id}.tmp`
      : `${scratchDir}/hearth-backup-${id}`;
    await Deno.mkdir(work, { mode: 0o700 });
    try {
      let files = 0;
      const { sha256, size } = await writeArchive(temporary, recipient, async (write) => {
        files = await fill(options, work, write);
      });
      await check?.(temporary, { name: path, sha256 });
      await writeFileAtomic(`${path}.sha256`, `${sha256}  ${name}\n`, { mode: 0o600 });
      await Deno.rename(temporary, path);
      await denoFiles.syncDirectory(backupDir);
      log.info(`wrote backup (${size} bytes) to ${path}`, { files, sha256 });
      return { path, size, files };
    } finally {
      await Deno.remove(work, { recursive: true });
      await Deno.remove(temporary).catch(ignoreNotFound);
    }
  } catch (error) {
    throw fault(error);
  }
}

/** Writes every unit and then the manifest; gives back how many files there are. */
async function fill(options: CreateOptions, work: string, write: WriteBytes): Promise<number> {
  const { root, clock, log } = options;
  const files: { path: string; size: number; sha256: string }[] = [];
  const damaged: string[] = [];
  let hasProfile = false;

  async function add(directory: string, name: string): Promise<void> {
    const path = `${directory}/${name}`;
    files.push({ path, ...await writeFile(path, `${work}/${name}`, write) });
  }

  for await (const unit of profileUnits(root)) {
    if (unit.kind === "directory") {
      if (unit.path === "chromium-data") hasProfile = true;
      await write(tarHeader({ ...unit, size: 0, mode: 0o700, mtimeSeconds: clock.now() / 1_000 }));
      continue;
    }
    const source = `${root}/${unit.directory}`;
    if (unit.kind === "database") {
      const copied = await copyDatabase(source, unit.name, work, clock);
      if (copied === "damaged") {
        const path = `${unit.directory}/${unit.name}`;
        damaged.push(path);
        log.warn(`"${path}" is damaged in the profile itself, archived as it is`);
      }
      await add(unit.directory, unit.name);
    } else {
      const names = () =>
        unit.kind === "leveldb" ? levelDbNames(source) : Promise.resolve([unit.name]);
      const copy = await settledCopy(source, names, work, clock);
      if (!copy.isSettled) log.warn(`"${unit.directory}" was written to all the while`);
      for (const name of copy.names) await add(unit.directory, name);
    }
    for await (const entry of Deno.readDir(work)) await Deno.remove(`${work}/${entry.name}`);
  }
  if (!hasProfile) {
    throw new Fault(`Cannot back up "${root}": it holds no "chromium-data", must be the volume`);
  }
  const manifest: ArchiveManifest = {
    format: 1,
    madeAt: new Date(clock.now()).toISOString(),
    chromium: await readVersion(`${root}/chromium-data`),
    damaged,
    files,
  };
  await Deno.writeTextFile(`${work}/${MANIFEST_NAME}`, `${JSON.stringify(manifest)}\n`);
  await writeFile(MANIFEST_NAME, `${work}/${MANIFEST_NAME}`, write);
  await write(new Uint8Array(2 * BLOCK));
  return files.length;
}

async function writeFile(
  path: string,
  copy: string,
  write: WriteBytes,
): Promise<{ size: number; sha256: string }> {
  const { size, mtime } = await Deno.stat(copy);
  const mtimeSeconds = (mtime?.getTime() ?? 0) / 1_000;
  await write(tarHeader({ path, kind: "file", size, mode: 0o600, mtimeSeconds }));
  const hash = createHash("sha256");
  using file = await Deno.open(copy);
  const chunk = new Uint8Array(256 * 1024);
  let written = 0;
  for (let length; (length = await file.read(chunk)) !== null;) {
    hash.update(chunk.subarray(0, length));
    await write(chunk.slice(0, length));
    written += length;
  }
  await write(new Uint8Array(padded(written) - written));
  return { size, sha256: hash.digest("hex") };
}

/** Chromium's version, as it notes it in the profile. */
async function readVersion(profileDir: string): Promise<string | null> {
  try {
    return (await Deno.readTextFile(`${profileDir}/Last Version`)).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function freeName(dir: string, nowMs: number, isEncrypted: boolean): Promise<string> {
  for (let ms = nowMs;; ms += 1_000) {
    const name = archiveName(ms, isEncrypted);
    try {
      await Deno.lstat(`${dir}/${name}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return name;
      throw error;
    }
  }
}

/** What a killed backup left; nobody else writes here while the lock is held. */
async function removeLeftovers(backupDir: string): Promise<void> {
  for await (const entry of Deno.readDir(backupDir)) {
    if (isLeftover(entry.name)) {
      await Deno.remove(`${backupDir}/${entry.name}`, { recursive: true });
    }
  }
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
