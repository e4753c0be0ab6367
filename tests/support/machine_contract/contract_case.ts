/**
 * A case of the contract that every machine keeps, real or in memory (`provision/machine.ts`).
 *
 * A case says what is laid out before it, as data, and then asks and acts only through the machine,
 * so that the real one can be tried in a dev box under the provisioner's permission set.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Action } from "../../../provision/action.ts";
import type { AccountFact } from "../../../provision/host_view.ts";
import type { Machine } from "../../../provision/machine.ts";

/** What stands at a path before a case. */
export type Laid =
  & { readonly path: string; readonly owner?: string }
  & (
    | { readonly kind: "file"; readonly text: string; readonly mode?: number }
    | { readonly kind: "directory"; readonly mode?: number }
    | { readonly kind: "link"; readonly target: string }
    | { readonly kind: "fifo" }
    | { readonly kind: "hole"; readonly sizeBytes: number }
  );

/** One case. Cases share a machine, so that each has users and paths of its own. */
export interface ContractCase {
  /** What it shows. */
  readonly name: string;
  /** Accounts that are there before. */
  readonly users?: readonly string[];
  /** What is laid out, after the accounts. */
  readonly laid?: readonly Laid[];
  /** Whether it takes what the provisioner's own unit has no business with: programs, set-id bits. */
  readonly isForHosts?: boolean;
  /** Asks and acts. */
  readonly run: (machine: Machine) => Promise<void>;
}

/** Root and its group. */
export const ROOT = { user: "root", group: "root" };

/** The bytes of a text. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** An account that is there. */
export function known(machine: Machine, user: string): AccountFact {
  const account = machine.host.account(user);
  assert.ok(account !== undefined, `there is an account ${user}`);
  return account;
}

/** Acts, and it must be done. */
export async function does(machine: Machine, action: Action): Promise<void> {
  const outcome = await machine.perform(action);
  assert.deepEqual(outcome, { isDone: true });
}

/** Acts, and it must be refused with a sentence that tells why. */
export async function refuses(machine: Machine, action: Action, why: string): Promise<void> {
  const outcome = await machine.perform(action);
  assert.equal(outcome.isDone, false, `${action.kind} must be refused: ${JSON.stringify(action)}`);
  if (!outcome.isDone) {
    assert.ok(outcome.error.includes(why), `"${outcome.error}" must tell ${why}`);
  }
}
