/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Activity, judgeIdle } from "./idle.ts";

const nowMs = 1_800_000_000_000;
const QUIET_MS = 900_000;
const quiet = {
  path: "/home/ada/.t3/userdata/state.sqlite",
  activeTurns: 0,
  lastChangeMs: nowMs - QUIET_MS,
};

function why(activity: Partial<Activity>): string {
  const verdict = judgeIdle({ databases: [], doubts: [], ...activity }, nowMs, QUIET_MS);
  return verdict.isIdle ? "idle" : verdict.why;
}

Deno.test("judgeIdle() lets an instance be interrupted that was quiet long enough, or never used", () => {
  assert.equal(why({ databases: [quiet] }), "idle");
  assert.equal(why({ databases: [{ ...quiet, lastChangeMs: undefined }] }), "idle");
  assert.equal(why({}), "idle");
});

const rows: readonly (readonly [string, Partial<Activity>, RegExp])[] = [
  ["a turn runs", { databases: [{ ...quiet, activeTurns: 2 }] }, /2 running in state.sqlite/],
  [
    "it was used just now",
    { databases: [{ ...quiet, lastChangeMs: nowMs - 899_999 }] },
    /899 s ago/,
  ],
  ["its clock is ahead", { databases: [{ ...quiet, lastChangeMs: nowMs + 1 }] }, /in the future/],
  ["a time cannot be read", { databases: [{ ...quiet, lastChangeMs: NaN }] }, /no time of change/],
  ["a count cannot be read", { databases: [{ ...quiet, activeTurns: NaN }] }, /counts NaN/],
  ["a count is negative", { databases: [{ ...quiet, activeTurns: -1 }] }, /counts -1/],
  ["a table is not known", { databases: [quiet], doubts: ["x has no table"] }, /cannot be told: x/],
  ["the old database is quiet and the new one is not", {
    databases: [quiet, { ...quiet, path: "statev2.sqlite", activeTurns: 1 }],
  }, /1 running in statev2.sqlite/],
];
for (const [what, activity, expected] of rows) {
  Deno.test(`judgeIdle() leaves an instance alone when ${what}`, () =>
    assert.match(why(activity), expected));
}

Deno.test("judgeIdle() is idle only where every database proves it", () =>
  fc.assert(fc.property(
    fc.array(fc.record({
      path: fc.string(),
      activeTurns: fc.oneof(fc.integer(), fc.constantFrom(NaN, 0.5, Infinity)),
      lastChangeMs: fc.option(fc.double(), { nil: undefined }),
    })),
    fc.array(fc.string(), { maxLength: 1 }),
    (databases, doubts) => {
      if (!judgeIdle({ databases, doubts }, nowMs, QUIET_MS).isIdle) return;
      assert.equal(doubts.length, 0);
      for (const { activeTurns, lastChangeMs } of databases) {
        assert.equal(activeTurns, 0);
        assert.ok(lastChangeMs === undefined || lastChangeMs <= nowMs - QUIET_MS);
      }
    },
  )));
