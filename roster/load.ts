/**
 * The files a roster command is given, read or refused with one sentence.
 *
 * @module
 */
import { Fault } from "../core/fault.ts";
import { readTrouble } from "../core/read_trouble.ts";
import { faultText, shownValue, type TextFault } from "../core/text_fault.ts";
import { parseMembers } from "./members.ts";
import { parseRoster, rosterFaultText } from "./parse_roster.ts";
import { parseLedger, type PortLedger } from "./port_ledger.ts";
import type { Roster } from "./roster_schema.ts";
import { parseK8sUsers } from "./validate_tiers.ts";

/** Reads the bytes of a file; `-` is standard input. */
export type ReadBytes = (path: string) => Promise<Uint8Array>;

/** The real reader. */
export function readBytes(path: string): Promise<Uint8Array> {
  return path === "-" ? new Response(Deno.stdin.readable).bytes() : Deno.readFile(path);
}

/**
 * Reads a text as it is: a byte order mark stays, and bytes that are no UTF-8 are refused instead
 * of being replaced, since the text may be written back.
 *
 * @param read Reads the bytes.
 * @param what What the file is, for the sentence.
 * @param path The file.
 * @throws {Fault} With code `config`, when it cannot be read.
 */
export async function loadText(read: ReadBytes, what: string, path: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await read(path));
  } catch (error) {
    const why = error instanceof TypeError ? "it is not UTF-8" : readTrouble(error, path);
    throw new Fault(`Cannot read ${what} ${shownValue(path)}: ${why}`, {
      code: "config",
      cause: error,
    });
  }
}

/** A roster that was read. */
export interface LoadedRoster {
  /** Its text, as it is. */
  readonly text: string;
  /** What it says. */
  readonly roster: Roster;
  /** Whether it says who its users are, if only that there are none: a torn file does not. */
  readonly hasUsersKey: boolean;
}

/** Reads a roster, with its text. */
export async function loadRoster(read: ReadBytes, path: string): Promise<LoadedRoster> {
  const text = await loadText(read, "roster", path);
  const parsed = parseRoster(text);
  if (!parsed.isValid) {
    throw new Fault(rosterFaultText(path, parsed.faults), { code: "config" });
  }
  const { roster, yaml } = parsed;
  return { text, roster, hasUsersKey: Object.hasOwn(yaml.value ?? {}, "users") };
}

/** Reads a port ledger, with its text; without a file there are no ports yet. */
export async function loadLedger(
  read: ReadBytes,
  path: string | undefined,
): Promise<{ readonly text: string; readonly ledger: PortLedger }> {
  if (path === undefined) return { text: "", ledger: new Map() };
  const text = await loadText(read, "ports file", path);
  const parsed = parseLedger(text);
  if (parsed.isValid) return { text, ledger: parsed.ledger };
  throw refused("ports file", path, parsed.faults);
}

/** Reads the members of a group. */
export async function loadMembers(read: ReadBytes, path: string): Promise<readonly string[]> {
  const parsed = parseMembers(await loadText(read, "member list", path));
  if (parsed.isValid) return parsed.members;
  throw refused("member list", path, parsed.faults);
}

/** Reads the roles of the cluster's users. */
export async function loadRoles(
  read: ReadBytes,
  path: string,
): Promise<ReadonlyMap<string, string>> {
  const parsed = parseK8sUsers(await loadText(read, "cluster users", path));
  if (parsed.isValid) return parsed.roles;
  throw refused("cluster users", path, parsed.faults);
}

function refused(what: string, path: string, faults: readonly TextFault[]): Fault {
  const text = faults.map(faultText).join("; ");
  return new Fault(`Cannot read ${what} ${shownValue(path)}: ${text}`, { code: "config" });
}
