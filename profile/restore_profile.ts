/**
 * Puts an archive in the place of a profile, and keeps what was there.
 *
 * Everything is unpacked and checked beside the profile first; then each directory is changed for
 * the new one by two renames. Killed at any moment, nothing is lost: what was there is in its place or under
 * `replaced/`, and the same command can be run again.
 *
 * @module
 */
import { denoFiles } from "../core/atomic_file.ts";
import type { Clock } from "../core/clock.ts";
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import type { Logger } from "../core/log.ts";
import { claimProfile, profileLockPath } from "../core/profile_claim.ts";
import { archiveName } from "./archive_name.ts";
import { profileInUse } from "./in_use.ts";
import { ARCHIVED_ROOTS } from "./selection.ts";
import { unpackArchive } from "./unpack_archive.ts";

/** What to restore and where. */
export interface RestoreOptions {
  /** The archive. */
  readonly path: string;
  /** The volume. */
  readonly root: string;
  /** This program's user. */
  readonly uid: number;
  /** A file with the age identity, for archives that are encrypted. */
  readonly identityFile?: string | undefined;
  /** Time. */
  readonly clock: Clock;
  /** Log. */
  readonly log: Logger;
}

/** What came of it. */
export interface Restored {
  /** How many files were put there. */
  readonly files: number;
  /** Where what was there before is now; none where nothing was. */
  readonly replaced: string | undefined;
}

const STAGING = ".restore-";
const MUST_STOP = "it must be stopped first";

/**
 * Restores.
 *
 * @throws {Fault} When the profile is in use or somebody else's, or the archive is not whole; nothing
 * is changed then.
 */
export async function restoreProfile(options: RestoreOptions): Promise<Restored> {
  const { path, root, uid, clock, log } = options;
  const refuse = (why: string, cause?: unknown) =>
    new Fault(`Cannot restore "${path}" to "${root}": ${why}`, { cause });
  const staging = `${root}/${STAGING}${crypto.randomUUID()}`;
  try {
    await refuseIfForeign(root, uid, refuse);
    // Held until the end, so that no browser starts on what is half replaced.
    const profileDir = `${root}/chromium-data`;
    using claim = await claimProfile(profileDir, 0, clock);
    if (claim === undefined) {
      const lock = profileLockPath(profileDir);
      throw refuse(
        `a browser or another restore holds the profile ("${lock}" is locked), ${MUST_STOP}`,
      );
    }
    await refuseIfInUse(profileDir, refuse);
    await removeStaging(root);
    await Deno.mkdir(staging, { mode: 0o700 });
    const { files, manifest } = await unpackArchive({ ...options, to: staging });
    await syncTree(staging);
    // It took a while: somebody may have started a Chromium that claims nothing.
    await refuseIfInUse(profileDir, refuse);
    const replaced = await swap(root, staging, clock.now());
    log.info(`restored ${path}`, {
      files,
      ...(manifest === undefined ? {} : { madeAt: manifest.madeAt }),
      ...(replaced === undefined ? {} : { replaced }),
    });
    return { files, replaced };
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw refuse(errorText(error), error);
  } finally {
    await Deno.remove(staging, { recursive: true }).catch(ignoreNotFound);
  }
}

/**
 * What is restored belongs to this program's user, and whoever else owns the volume could not read
 * it. But what a group may write to is shared on purpose: with `fsGroup`, kubelet leaves the root of
 * a volume to user 0.
 */
async function refuseIfForeign(
  root: string,
  uid: number,
  refuse: (why: string) => Fault,
): Promise<void> {
  for (const path of [root, ...ARCHIVED_ROOTS.map((name) => `${root}/${name}`)]) {
    if (path !== root && !await exists(path)) continue;
    const { uid: owner, mode } = await Deno.stat(path);
    const isShared = uid !== 0 && ((mode ?? 0) & 0o020) !== 0;
    if (owner === null || owner === uid || isShared) continue;
    throw refuse(`"${path}" belongs to user ${owner}, must belong to this program's user ${uid}`);
  }
}

async function refuseIfInUse(profileDir: string, refuse: (why: string) => Fault): Promise<void> {
  const database = await profileInUse(profileDir);
  if (database !== undefined) {
    throw refuse(`a Chromium has the profile open ("${database}" is locked), ${MUST_STOP}`);
  }
}

async function swap(root: string, staging: string, nowMs: number): Promise<string | undefined> {
  let replaced: string | undefined;
  for (const name of ARCHIVED_ROOTS) {
    // An archive without snapshots leaves those that are there.
    if (!await exists(`${staging}/${name}`)) continue;
    if (!await exists(`${root}/${name}`)) {
      await Deno.rename(`${staging}/${name}`, `${root}/${name}`);
      continue;
    }
    replaced ??= await makeReplaced(root, nowMs);
    await Deno.rename(`${root}/${name}`, `${replaced}/${name}`);
    try {
      await Deno.rename(`${staging}/${name}`, `${root}/${name}`);
    } catch (error) {
      await Deno.rename(`${replaced}/${name}`, `${root}/${name}`);
      throw error;
    }
  }
  if (replaced !== undefined) {
    await denoFiles.syncDirectory(replaced);
    await denoFiles.syncDirectory(`${root}/replaced`);
  }
  await denoFiles.syncDirectory(root);
  return replaced;
}

/** A new directory, named after the moment. */
async function makeReplaced(root: string, nowMs: number): Promise<string> {
  await Deno.mkdir(`${root}/replaced`, { recursive: true, mode: 0o700 });
  for (let ms = nowMs;; ms += 1_000) {
    const path = `${root}/replaced/${archiveName(ms, false).replace(/\.tar\.gz$/, "")}`;
    try {
      await Deno.mkdir(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

async function removeStaging(root: string): Promise<void> {
  for await (const { name } of Deno.readDir(root)) {
    if (name.startsWith(STAGING)) await Deno.remove(`${root}/${name}`, { recursive: true });
  }
}

async function syncTree(directory: string): Promise<void> {
  for await (const entry of Deno.readDir(directory)) {
    if (entry.isDirectory) await syncTree(`${directory}/${entry.name}`);
  }
  await denoFiles.syncDirectory(directory);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
