/**
 * Ports for those who have none yet.
 *
 * @module
 */
import { HEARTH_PORTS, type PortLedger, type PortRange } from "./port_ledger.ts";

/** A ledger that holds everybody, or who is left without a port. */
export type Allocation =
  | { readonly isComplete: true; readonly ledger: PortLedger }
  | { readonly isComplete: false; readonly without: readonly string[] };

/**
 * Gives the lowest free ports to the users who have none, in the order of their names.
 *
 * @param names The users; who has a port keeps it, whatever it is.
 * @param ledger What was given before, to users present and past.
 * @param range Where to look.
 * @param taken Ports that are somebody's for another purpose.
 * @returns The ledger with everybody in it; same input, same ledger.
 */
export function allocatePorts(
  names: readonly string[],
  ledger: PortLedger,
  range: PortRange,
  taken: Iterable<number> = [],
): Allocation {
  const unavailable = new Set(HEARTH_PORTS);
  for (const ports of [taken, ledger.values()]) for (const port of ports) unavailable.add(port);
  const next = new Map(ledger);
  const without: string[] = [];
  let port = range.first;
  for (const name of names.filter((name) => !ledger.has(name)).sort()) {
    while (unavailable.has(port)) port++;
    if (port > range.last) without.push(name);
    else next.set(name, port++);
  }
  return without.length === 0 ? { isComplete: true, ledger: next } : { isComplete: false, without };
}
