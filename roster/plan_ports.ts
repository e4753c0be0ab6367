/**
 * What would change in a port ledger, for a person to read before it is written.
 *
 * @module
 */
import { Fault } from "../core/fault.ts";
import { derive } from "./derive.ts";
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

/** What a ledger becomes. */
export interface LedgerPlan {
  /** The ledger then. */
  readonly ledger: PortLedger;
  /** Changes and tombstones, by name. */
  readonly changes: readonly PortChange[];
}

/**
 * Brings the ledgers up to date with a roster.
 *
 * @param roster Who is there.
 * @param ports T3 ports given so far.
 * @param playwrightPorts MCP ports given so far.
 * @param free Whose ports are given up first.
 * @throws {Fault} When that name is in the roster or in no ledger, or no port is left.
 */
export function planPorts(
  roster: Roster,
  ports: PortLedger,
  playwrightPorts: PortLedger,
  free?: string,
): { readonly ports: LedgerPlan; readonly playwrightPorts: LedgerPlan } {
  const options = free === undefined
    ? { ports, playwrightPorts }
    : withoutUser(roster, { ports, playwrightPorts }, free);
  const derivation = derive(roster, options);
  if (!derivation.isComplete) throw new Fault(`Cannot give ports: ${derivation.reason}`);
  const plan = (before: PortLedger, after: Readonly<Record<string, number>>): LedgerPlan => {
    const ledger = new Map(Object.entries(after));
    return { ledger, changes: portChanges(before, ledger, roster) };
  };
  return {
    ports: plan(ports, derivation.state.ports),
    playwrightPorts: plan(playwrightPorts, derivation.state.playwright_ports),
  };
}

/** Whether anything but tombstones is in a plan. */
export function hasChanges({ changes }: LedgerPlan): boolean {
  return changes.some(({ change }) => change !== "kept");
}

interface Ledgers {
  readonly ports: PortLedger;
  readonly playwrightPorts: PortLedger;
}

function withoutUser(
  { users }: Roster,
  { ports, playwrightPorts }: Ledgers,
  name: string,
): Ledgers {
  if (users.some(({ os_user }) => os_user === name)) {
    throw new Fault(
      `Cannot free the ports of "${name}": users.${name} is in the roster, must leave it first`,
    );
  }
  if (!ports.has(name) && !playwrightPorts.has(name)) {
    throw new Fault(`Cannot free the ports of "${name}": the ports files have no such name`);
  }
  return { ports: freePort(ports, name), playwrightPorts: freePort(playwrightPorts, name) };
}

function portChanges(
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
