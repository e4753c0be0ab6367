/**
 * Whether a profile's `SingletonLock` is stale.
 *
 * Chromium's lock is a symlink `HOST-PID` (chrome/browser/process_singleton_posix.cc). A lock of another host makes
 * it exit with code 21; a live owner on the same host gets the new command line and opens a tab
 * in the person's browser. Neither may happen, so the lock is looked at before every start.
 *
 * @module
 */

/** The links Chromium leaves in a profile. */
export const SINGLETON_FILES = ["SingletonLock", "SingletonSocket", "SingletonCookie"] as const;

/** Who a lock says holds the profile. */
export interface LockOwner {
  /** The host's name. */
  readonly host: string;
  /** The process id there. */
  readonly pid: number;
}

/** What is known of a lock. */
export interface LockFacts {
  /** Where the symlink points, or `undefined` where there is no lock. */
  readonly target: string | undefined;
  /** This host's name. */
  readonly host: string;
  /** The profile's directory. */
  readonly profileDir: string;
  /** The command line of a local process, or `undefined` where there is no such process. */
  readonly commandOf: (pid: number) => readonly string[] | undefined;
}

/** What to do about a lock. */
export type LockDecision =
  | { readonly kind: "free" }
  | { readonly kind: "remove"; readonly reason: string }
  | { readonly kind: "locked"; readonly pid: number };

/** The owner a lock names; `undefined` where Chromium did not write it. */
export function parseLockOwner(target: string): LockOwner | undefined {
  const match = /^(.*)-([1-9]\d{0,9})$/.exec(target);
  return match === null ? undefined : { host: match[1] ?? "", pid: Number(match[2]) };
}

/** Decides from facts. */
export function decideLock(facts: LockFacts): LockDecision {
  if (facts.target === undefined) return { kind: "free" };
  const owner = parseLockOwner(facts.target);
  if (owner === undefined) {
    return { kind: "remove", reason: `"${facts.target}" names no process` };
  }
  if (owner.host !== facts.host) {
    return { kind: "remove", reason: `its owner ran on host "${owner.host}"` };
  }
  const command = facts.commandOf(owner.pid);
  if (command === undefined) {
    return { kind: "remove", reason: `its owner, process ${owner.pid}, is dead` };
  }
  // After a container's restart the host is the same and the pid belongs to somebody else.
  if (!isBrowserOf(command, facts.profileDir)) {
    return { kind: "remove", reason: `process ${owner.pid} is no Chromium of this profile` };
  }
  return { kind: "locked", pid: owner.pid };
}

function isBrowserOf(command: readonly string[], profileDir: string): boolean {
  if (command.some((argument) => argument.startsWith("--type="))) return false;
  const profiles = command.flatMap((argument) =>
    argument.startsWith("--user-data-dir=") ? [trimSlash(argument.slice(16))] : []
  );
  if (profiles.length > 0) return profiles.includes(trimSlash(profileDir));
  return /chrom/i.test(command[0] ?? "");
}

function trimSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}
