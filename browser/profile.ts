/**
 * Makes a profile ready for the next start of Chromium: the directory exists, nobody holds it.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import type { BrowserDeps } from "./deps.ts";
import type { Machine } from "./machine.ts";
import { decideLock, type LockDecision, parseLockOwner, SINGLETON_FILES } from "./profile_lock.ts";

/**
 * Creates the directory and removes a stale lock. An owner that is alive is waited for: it may
 * be the last run's Chromium, on its way out.
 *
 * @param profileDir The profile.
 * @param deps Machine, clock and log.
 * @param options How long a live owner may take to leave, in milliseconds.
 * @throws {Fault} When the directory cannot be used, or its owner stays.
 */
export async function prepareProfile(
  profileDir: string,
  deps: BrowserDeps,
  options: { patienceMs?: number } = {},
): Promise<void> {
  const { machine, clock, log } = deps;
  try {
    await Deno.mkdir(profileDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Fault(`Cannot use profile "${profileDir}": ${errorText(error)}`, {
      code: "config",
      cause: error,
    });
  }
  const lateMs = clock.monotonic() + (options.patienceMs ?? 5_000);
  while (true) {
    const decision = await lookAtLock(profileDir, machine);
    if (decision.kind === "free") return;
    if (decision.kind === "remove") {
      log.warn("removing a stale profile lock", { profileDir, reason: decision.reason });
      return await removeLock(profileDir);
    }
    if (clock.monotonic() >= lateMs) {
      throw new Fault(
        `Cannot use profile "${profileDir}": it is in use by Chromium, process ${decision.pid}, which must be closed first`,
      );
    }
    await clock.sleep(100);
  }
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
