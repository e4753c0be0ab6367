/**
 * Ports given so far: those of the ledger, and those that only the box knows.
 *
 * The ledger is what is kept with the roster and rebuilds a box. A box that was set up before there
 * was a ledger has its ports in `/etc/t3-serve/<user>.env`; they are taken over, so that nobody's port
 * changes when Hearth arrives.
 *
 * @module
 */
import type { PortLedger } from "../roster/port_ledger.ts";

/** The ledger with what the box knows, and what could not be taken over. */
export interface MergedPorts {
  /** Every port given so far. */
  readonly ledger: PortLedger;
  /** Two users with one port: the second gets another. A sentence each. */
  readonly conflicts: readonly string[];
}

/**
 * Merges the ports that env files name into a ledger. The ledger wins: a file that says something
 * else was edited by hand. Between two files that name one port, a user of the roster wins over one
 * who left, and then the name that sorts first.
 *
 * @param ledger The ledger.
 * @param found Ports by account, from the box.
 * @param present Who is in the roster.
 * @param taken Ports that are somebody's in the other ledger.
 */
export function mergePorts(
  ledger: PortLedger,
  found: PortLedger,
  present: ReadonlySet<string>,
  taken: ReadonlySet<number>,
): MergedPorts {
  const merged = new Map(ledger);
  const owners = new Map([...ledger].map(([name, port]) => [port, name]));
  const conflicts: string[] = [];
  const inOrder = [...found].sort(([a], [b]) =>
    Number(present.has(b)) - Number(present.has(a)) || (a < b ? -1 : 1)
  );
  for (const [name, port] of inOrder) {
    if (merged.has(name)) continue;
    const owner = owners.get(port);
    if (owner !== undefined || taken.has(port)) {
      const whose = owner === undefined ? "somebody's other port" : `the port of ${owner}`;
      conflicts.push(`port ${port} in the env file of ${name} is ${whose}, must be another`);
      continue;
    }
    merged.set(name, port);
    owners.set(port, name);
  }
  return { ledger: merged, conflicts };
}
