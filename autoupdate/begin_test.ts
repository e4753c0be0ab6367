/**
 * @module
 */
import assert from "node:assert/strict";
import { beginDrain } from "./begin.ts";
import { emptyState, type State } from "./state.ts";

const state: State = {
  ...emptyState(),
  lastGood: { version: "0.2.0", sinceMs: 0 },
  pending: "0.3.0",
};
const instances = ["ada", "grace"].map((user) => ({ user, identity: user, port: 1 }));
const pointers = new Map([["ada", "0.1.0"]]);

/** The version that is brought, and to whom. */
function drained(pin: string | undefined) {
  const { update } = beginDrain(state, { instances, pointers, pin }, 1) ?? {};
  return [update?.to, update?.users.map(({ user }) => user)];
}

Deno.test("beginDrain() brings who is behind or new what waits for its first user", () => {
  assert.deepEqual(drained(undefined), ["0.3.0", ["ada", "grace"]]);
  assert.deepEqual(drained("0.3.0"), ["0.3.0", ["ada", "grace"]]);
});

Deno.test("beginDrain() brings nobody from one version to another that is not the pinned one", () => {
  assert.deepEqual(drained("0.2.0"), ["0.2.0", ["ada", "grace"]]);
  // Whoever has none works with the one that the others have.
  assert.deepEqual(drained("0.1.0"), ["0.2.0", ["grace"]]);
});
