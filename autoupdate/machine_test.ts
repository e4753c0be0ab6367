/**
 * @module
 */
import assert from "node:assert/strict";
import { countAttempt, type Facts, MOST_ATTEMPTS, next } from "./machine.ts";
import { emptyState, type State } from "./state.ts";

const facts: Facts = { nowMs: 1_000, isFrozen: false, soakMs: 60, blocked: new Set() };

const soaking: State = {
  ...emptyState(),
  lastGood: { version: "0.1.0", sinceMs: 0 },
  update: {
    kind: "update",
    to: "0.2.0",
    startedMs: 0,
    phase: "soaking",
    attempts: 1,
    soakUntilMs: 990,
    users: [{ user: "ada", from: "0.1.0", step: { at: "verified", backup: "copy" } }],
  },
};

Deno.test("next() has a soak begin anew when another process takes it up", () => {
  const { state, action } = next(countAttempt(soaking), facts);

  assert.ok(action.do === "soak");
  assert.deepEqual([action.untilMs, state.update?.soakUntilMs], [1_060, 1_060]);
  const again = next(state, { ...facts, nowMs: 1_030 });
  assert.ok(again.action.do === "soak");
  assert.equal(again.action.untilMs, 1_060, "the same process goes on with it");
});

Deno.test("next() goes back when too many processes died on a build", () => {
  let state = soaking;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) state = countAttempt(state);

  const { action, state: journal } = next(state, facts);

  assert.equal(action.do, "restore");
  assert.equal(journal.update?.failure?.stage, "attempts");
});

Deno.test("next() tries nothing new while the brake is on", () => {
  for (const phase of ["staging", "gating"] as const) {
    const begun: State = {
      ...emptyState(),
      update: { kind: "update", to: "0.2.0", startedMs: 0, phase, attempts: 1, users: [] },
    };

    const { action, state } = next(begun, { ...facts, isFrozen: true });

    assert.deepEqual([action.do, state.update, state.skipped], ["end", undefined, {}]);
  }
});
