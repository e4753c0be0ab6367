/**
 * What a planner may know of a machine: a synchronous, read-only view.
 *
 * Planners ask for one fact at a time, right before they need it. The real view reads the machine
 * (`real/`); {@linkcode PlannedHost} answers as if planned actions had been carried out, so that a
 * plan sees the effects of its own earlier steps; a test keeps everything in memory.
 *
 * @module
 */

/** What stands at a path, itself and not what a link points to. */
export type FileFact =
  | { readonly kind: "absent" }
  | (Ownership & { readonly kind: "file" | "directory" })
  | { readonly kind: "link"; readonly target: string; readonly uid: number }
  | { readonly kind: "other" };

/** Who owns a file, and who may do what with it. */
export interface Ownership {
  /** Permission bits with set-id and sticky bits, such as `0o2770`. */
  readonly mode: number;
  /** The owner's number. */
  readonly uid: number;
  /** The group's number. */
  readonly gid: number;
}

/** An account of the machine. */
export interface AccountFact {
  /** Its number. */
  readonly uid: number;
  /** The number of its first group. */
  readonly gid: number;
  /** Its home. */
  readonly home: string;
  /** Its login shell. */
  readonly shell: string;
  /** Whether it has ended (`chage -E`), which locks out keys and passwords alike. */
  readonly isExpired: boolean;
}

/** A group of the machine. */
export interface GroupFact {
  /** Its number. */
  readonly gid: number;
  /** Accounts that are in it besides those whose first group it is. */
  readonly members: ReadonlySet<string>;
}

/** A unit of the system manager. */
export interface UnitFact {
  /** Whether it starts with the machine. */
  readonly isEnabled: boolean;
  /** What systemd calls its ACTIVE state; `inactive` for one it has not loaded. */
  readonly active: "active" | "reloading" | "inactive" | "failed" | "activating" | "deactivating";
}

/** Who listens on a TCP port of the machine. */
export interface Listener {
  /** The owner's number. */
  readonly uid: number;
  /** Connections that are established to it now. */
  readonly connections: number;
  /**
   * Numbers of others who listen on it too, on another address: "localhost" is two of them, and a
   * client may be led to either.
   */
  readonly others?: readonly number[];
}

/** A process, as told to a person. */
export interface ProcessFact {
  /** Its number. */
  readonly pid: number;
  /** Its name. */
  readonly command: string;
  /** The unit of the system manager it belongs to, as its control group says. */
  readonly unit: string | undefined;
}

/** Facts of one machine. */
export interface HostView {
  /** What stands at an absolute path. */
  file(path: string): FileFact;
  /**
   * The bytes of a regular file; `undefined` where there is none that could be read whole: absent,
   * no regular file, a link, larger than {@linkcode MAX_READ_BYTES}, or not readable.
   */
  bytes(path: string): Uint8Array | undefined;
  /** The names in a directory, sorted; none where there is no directory. */
  names(path: string): readonly string[];
  /** An account by its name. */
  account(name: string): AccountFact | undefined;
  /** Whether only another source than the machine's own files knows an account, LDAP say. Slow. */
  isForeignAccount(name: string): boolean;
  /** A group by its name. */
  group(name: string): GroupFact | undefined;
  /** A unit by its full name. */
  unit(name: string): UnitFact;
  /** Who listens on a port, on whichever address. */
  listener(port: number): Listener | undefined;
  /** The process that holds a listening port, where it can be found. Slow: only for a message. */
  holder(port: number): ProcessFact | undefined;
}

/** No file that is managed or looked into is larger. */
export const MAX_READ_BYTES: number = 32 * 1024 * 1024;

/**
 * The text of a file, or `undefined` where it has none, is larger or is not UTF-8.
 *
 * @param host The machine.
 * @param path The file.
 * @param maxBytes The largest. What is parsed of a user's takes many times its size, in a run that is
 * everybody's. @default {MAX_READ_BYTES}
 */
export function textOf(
  host: Pick<HostView, "bytes">,
  path: string,
  maxBytes: number = MAX_READ_BYTES,
): string | undefined {
  const bytes = host.bytes(path);
  if (bytes === undefined || bytes.length > maxBytes) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
