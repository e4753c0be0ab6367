/**
 * Makes a profile ready for Chromium: the directory exists, nobody else holds it.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import type { FileLock } from "../core/file_lock.ts";
import { claimProfile, profileLockPath } from "../core/profile_claim.ts";
import type { BrowserDeps } from "./deps.ts";
import type { Machine } from "./machine.ts";
import { decideLock, type LockDecision, parseLockOwner, SINGLETON_FILES } from "./profile_lock.ts";

/** How long somebody else who holds the profile may take to leave it, in milliseconds. */
const PATIENCE_MS = 5_000;

/**
 * Creates the directory and claims it for this program, for as long as it runs. Two browsers in two
 * containers would each take the other's lock for a stale one.
 *
 * @throws {Fault} When the directory cannot be used, or another browser or a restore holds it.
 */
export async function holdProfile(profileDir: string, deps: BrowserDeps): Promise<FileLock> {
  await makeProfile(profileDir);
  let claim: FileLock | undefined;
  try {
    claim = await claimProfile(profileDir, PATIENCE_MS, deps.clock);
  } catch (error) {
    throw unusable(profileDir, error);
  }
  if (claim !== undefined) return claim;
  const decision = await lookAtLock(profileDir, deps.machine);
  if (decision.kind === "locked") throw inUse(profileDir, decision.pid);
  throw new Fault(
    `Cannot use profile "${profileDir}": a browser elsewhere or a restore holds "${
      profileLockPath(profileDir)
    }", which must end first`,
  );
}

/**
 * Creates the directory and removes a stale lock of Chromium's. An owner that is alive is waited for: it may
 * be the last run's Chromium, on its way out.
 *
 * @param profileDir The profile.
 * @param deps Machine, clock and log.
 * @throws {Fault} When the directory cannot be used, or its owner stays.
 */
export async function prepareProfile(
  profileDir: string,
  deps: BrowserDeps,
): Promise<void> {
  const { machine, clock, log } = deps;
  await makeProfile(profileDir);
  const lateMs = clock.monotonic() + PATIENCE_MS;
  while (true) {
    const decision = await lookAtLock(profileDir, machine);
    if (decision.kind === "free") return;
    if (decision.kind === "remove") {
      log.warn("removing a stale profile lock", { profileDir, reason: decision.reason });
      return await removeLock(profileDir);
    }
    if (clock.monotonic() >= lateMs) {
      throw inUse(profileDir, decision.pid);
    }
    await clock.sleep(100);
  }
}

async function makeProfile(profileDir: string): Promise<void> {
  try {
    await Deno.mkdir(profileDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(profileDir, error);
  }
}

function unusable(profileDir: string, cause: unknown): Fault {
  const text = `Cannot use profile "${profileDir}": ${errorText(cause)}`;
  return new Fault(text, { code: "config", cause });
}

function inUse(profileDir: string, pid: number): Fault {
  return new Fault(
    `Cannot use profile "${profileDir}": it is in use by Chromium, process ${pid}, which must be closed first`,
  );
}

async function lookAtLock(profileDir: string, machine: Machine): Promise<LockDecision> {
  const target = await readLink(`${profileDir}/SingletonLock`);
  const owner = target === undefined ? undefined : parseLockOwner(target);
  const command = owner === undefined ? undefined : await machine.commandOf(owner.pid);
  return decideLock({ target, host: Deno.hostname(), profileDir, commandOf: () => command });
}

async function readLink(path: string): Promise<string | undefined> {
  try {
    return await Deno.readLink(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new Fault(`Cannot read profile lock "${path}": ${errorText(error)}`, { cause: error });
  }
}

async function removeLock(profileDir: string): Promise<void> {
  for (const name of SINGLETON_FILES) {
    try {
      await Deno.remove(`${profileDir}/${name}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw new Fault(`Cannot remove stale lock "${profileDir}/${name}": ${errorText(error)}`, {
        cause: error,
      });
    }
  }
}
