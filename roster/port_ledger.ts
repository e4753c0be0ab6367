/**
 * Which port belongs to whom, for ever.
 *
 * A ledger is a JSON object, account name to port: `{"alice": 3773, "bob": 3774}`. A name stays in
 * it when its user leaves the roster; such an entry is a tombstone. Nobody else is given that port
 * (a forgotten session, bookmark or token of the one who left would reach the newcomer), and the
 * one who left finds it again on return. Only {@linkcode freePort} removes an entry.
 *
 * @module
 */
import { readStrictYaml } from "../core/strict_yaml.ts";
import { shownValue, type TextFault } from "../core/text_fault.ts";
import { OS_NAME } from "./os_name.ts";

/** Ports by account name, of users present and past. */
export type PortLedger = ReadonlyMap<string, number>;

/** Ports that may be given, both ends included. */
export interface PortRange {
  /** The first port that is tried. */
  readonly first: number;
  /** The last. */
  readonly last: number;
}

/** t3 instances; below the MCP servers, so that the two never meet. */
export const T3_PORTS: PortRange = { first: 3773, last: 8930 };

/** MCP servers; as many as t3 ports, and below the kernel's ephemeral ports (32768 and up). */
export const PLAYWRIGHT_PORTS: PortRange = { first: 8931, last: 14_088 };

/** Ports of Hearth's own programs, which no user gets. */
export const HEARTH_PORTS: ReadonlySet<number> = new Set(
  [3780, 5900, 6080, 8088, 8089, 9222, 9223, 9224, 9225],
);

/** The JSON Schema of a ledger. It is a floor: the parser refuses more. */
export function ledgerJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    propertyNames: { pattern: OS_NAME.source },
    additionalProperties: {
      type: "integer",
      minimum: T3_PORTS.first,
      maximum: PLAYWRIGHT_PORTS.last,
      description: "The account's port, also after it has left the roster",
    },
  };
}

/** A ledger, or why the text is none. */
export type ParsedLedger =
  | { readonly isValid: true; readonly ledger: PortLedger }
  | { readonly isValid: false; readonly faults: readonly TextFault[] };

/**
 * Reads a ledger. An empty text is refused: it is a file that was torn, and taking it for "no
 * ports yet" would move everybody; a first ledger is `{}`.
 *
 * @param text The file's content.
 */
export function parseLedger(text: string): ParsedLedger {
  const yaml = readStrictYaml(text);
  const faults = [...yaml.faults];
  const ledger = new Map<string, number>();
  const { value } = yaml;
  if (
    faults.length === 0 && (typeof value !== "object" || value === null || Array.isArray(value))
  ) {
    const rule = "must be a JSON object of ports by account name; a new one is {}";
    faults.push(yaml.fault([], `is ${shownValue(value)}, ${rule}`));
  } else {
    const owners = new Map<number, string>();
    for (const [name, port] of Object.entries(value ?? {})) {
      if (!OS_NAME.test(name)) {
        faults.push(yaml.fault([name], "is no account name, must be one such as alice", "key"));
      }
      if (typeof port !== "number" || !Number.isInteger(port) || port < 1024 || port > 65_535) {
        const rule = "must be a port from 1024 to 65535";
        faults.push(yaml.fault([name], `is ${shownValue(port)}, ${rule}`));
        continue;
      }
      const owner = owners.get(port);
      if (owner === undefined) owners.set(port, name);
      else {
        const message = `is ${port}, must be another port than ${owner}, who has it`;
        faults.push(yaml.fault([name], message));
      }
      ledger.set(name, port);
    }
  }
  return faults.length === 0 ? { isValid: true, ledger } : { isValid: false, faults };
}

/** The ledger's file: keys in order, one a line, so that a change is a line in a diff. */
export function ledgerText(ledger: PortLedger): string {
  return `${JSON.stringify(ledgerObject(ledger), null, 2)}\n`;
}

/** The ledger as a plain object, keys in order. */
export function ledgerObject(ledger: PortLedger): Readonly<Record<string, number>> {
  return Object.fromEntries([...ledger.keys()].sort().map((name) => [name, ledger.get(name) ?? 0]));
}

/** The names in a ledger that are not among the users: whose ports are kept for their return. */
export function tombstones(ledger: PortLedger, users: Iterable<string>): readonly string[] {
  const present = new Set(users);
  return [...ledger.keys()].filter((name) => !present.has(name)).sort();
}

/** Who of the users was given a port that one of Hearth's own programs listens on. */
export function usersOnHearthPorts(
  ledger: PortLedger,
  users: Iterable<string>,
): readonly string[] {
  return [...users].filter((name) => HEARTH_PORTS.has(ledger.get(name) ?? 0)).sort();
}

/**
 * Gives a port up, so that somebody else may get it. The one place that removes an entry.
 *
 * @param ledger Not changed.
 * @param name Whose port.
 * @returns A new ledger; equal to the old one where the name has none.
 */
export function freePort(ledger: PortLedger, name: string): PortLedger {
  return new Map([...ledger].filter(([owner]) => owner !== name));
}
