/**
 * @module
 */
import assert from "node:assert/strict";
import { withBrake, withoutServed } from "./endings.ts";
import { emptyState, type State } from "./state.ts";

const good = { version: "0.2.0", sinceMs: 0 };

Deno.test("withBrake() keeps what put the brake on, and when a run was there last", () => {
  for (const result of ["rolled-back", "stranded"]) {
    const before: State = { ...emptyState(), lastRun: { atMs: 1, result, why: "it died" } };

    assert.deepEqual(withBrake(before, { reason: "0.3.0 failed", version: "0.3.0" }, 5).lastRun, {
      atMs: 5,
      result,
      why: "it died",
    });
  }
  const well: State = { ...emptyState(), lastRun: { atMs: 1, result: "committed", why: "" } };
  const demo = { reason: "demo on Friday", version: undefined };
  assert.equal(withBrake(well, demo, 5).lastRun?.result, "frozen");
});

Deno.test("withBrake() says no more of a way back that was asked for", () => {
  const asked: State = {
    ...emptyState(),
    skipped: { "0.3.0": { stage: "operator", why: "slow", atMs: 1 } },
    lastRun: { atMs: 1, result: "rolled-back", why: "rolled back from 0.3.0: slow" },
  };
  const freeze = { reason: "rolled back from 0.3.0: slow", version: "0.3.0" };

  assert.equal(withBrake(asked, freeze, 5).lastRun?.result, "frozen");
});

Deno.test("withoutServed() forgets who left and who has what they waited for", () => {
  const wait = { sinceMs: 1, why: "1 running in state.sqlite" };
  const waitingSince = { ada: wait, edsger: wait, grace: wait };
  const users = [{ user: "ada" }, { user: "grace" }];
  const pointers = new Map([["ada", "0.1.0"], ["grace", "0.2.0"]]);
  const state: State = { ...emptyState(), lastGood: good, waitingSince };

  const left = withoutServed(state, users, pointers);

  assert.deepEqual(Object.keys(left.waitingSince), ["ada"]);
  assert.equal(withoutServed(left, users, pointers), left, "nothing to write");
  const pending = withoutServed({ ...state, pending: "0.3.0" }, users, pointers);
  assert.deepEqual(Object.keys(pending.waitingSince), ["ada", "grace"]);
});

Deno.test("withoutServed() forgets nobody while an update is under way", () => {
  const state: State = {
    ...emptyState(),
    lastGood: good,
    waitingSince: { grace: { sinceMs: 1, why: "busy" } },
    update: { kind: "drain", to: "0.2.0", startedMs: 1, phase: "canary", attempts: 1, users: [] },
  };

  assert.equal(withoutServed(state, [{ user: "grace" }], new Map([["grace", "0.2.0"]])), state);
});
