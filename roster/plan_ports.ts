/**
 * What would change in a port ledger, for a person to read before it is written.
 *
 * @module
 */
import { Fault } from "../core/fault.ts";
import { freePort, type PortLedger, tombstones } from "./port_ledger.ts";
import type { Roster } from "./roster_schema.ts";

/** One entry of a ledger and what becomes of it. */
export interface PortChange {
  /** Whose entry. */
  readonly os_user: string;
  /** The port. */
  readonly port: number;
  /** `kept` is a tombstone: the user is gone and the port waits. */
  readonly change: "given" | "freed" | "kept";
}

/**
 * Takes somebody's ports out of the ledgers.
 *
 * @param roster The roster; who is in it keeps their ports.
 * @param ledgers The ledgers.
 * @param name Whose ports.
 * @throws {Fault} When the name is in the roster, or in none of the ledgers.
 */
export function freePorts<const L extends readonly PortLedger[]>(
  { users }: Roster,
  ledgers: L,
  name: string,
): readonly PortLedger[] {
  if (users.some(({ os_user }) => os_user === name)) {
    throw new Fault(
      `Cannot free the ports of "${name}": users.${name} is in the roster, ` +
        "must leave it first",
    );
  }
  if (!ledgers.some((ledger) => ledger.has(name))) {
    throw new Fault(`Cannot free the ports of "${name}": the ports files have no such name`);
  }
  return ledgers.map((ledger) => freePort(ledger, name));
}

/**
 * Compares a ledger with what it becomes.
 *
 * @param before The ledger now.
 * @param after The ledger then.
 * @param roster Who is there.
 * @returns Changes and tombstones, by name.
 */
export function portChanges(
  before: PortLedger,
  after: PortLedger,
  { users }: Roster,
): readonly PortChange[] {
  const entry = (change: PortChange["change"]) => ([os_user, port]: [string, number]) => (
    { os_user, port, change }
  );
  const kept = new Set(tombstones(after, users.map(({ os_user }) => os_user)));
  return [
    ...[...after].filter(([name]) => !before.has(name)).map(entry("given")),
    ...[...before].filter(([name]) => !after.has(name)).map(entry("freed")),
    ...[...after].filter(([name]) => kept.has(name) && before.has(name)).map(entry("kept")),
  ].sort((a, b) => a.os_user < b.os_user ? -1 : 1);
}
