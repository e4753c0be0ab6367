/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { emptyState, parseState, type State, stateText } from "./state.ts";
import { parseFreeze } from "./state_files.ts";

const whole: State = {
  ...emptyState(),
  lastGood: { version: "0.1.0", integrity: "sha512-x", sinceMs: 5 },
  skipped: { "0.2.0": { stage: "gate", why: "it fails", atMs: 7 } },
  waitingSince: { ada: { sinceMs: 3, why: "busy" } },
  update: {
    kind: "update",
    to: "0.3.0",
    startedMs: 9,
    phase: "canary",
    attempts: 2,
    users: [
      { user: "ada", from: "0.1.0", step: { at: "verified", backup: "2026-x" } },
      { user: "grace", step: { at: "deferred", why: "busy" } },
    ],
  },
};

Deno.test("parseState() reads what stateText() writes", () => {
  const parsed = parseState(stateText(whole));

  assert.deepEqual(parsed, { isValid: true, state: whole });
});

Deno.test("parseState() refuses every torn journal", () => {
  const text = stateText(whole);
  for (let length = 0; length < text.trimEnd().length; length++) {
    assert.equal(parseState(text.slice(0, length)).isValid, false, `${length} characters`);
  }
});

Deno.test("parseState() refuses names that would leave their directory", () => {
  const evil = [
    { ...whole, lastGood: { version: "../../etc", sinceMs: 0 } },
    { ...whole, update: { ...whole.update, to: "0.1.0/.." } },
    {
      ...whole,
      update: { ...whole.update, users: [{ user: "../root", step: { at: "waiting" } }] },
    },
    {
      ...whole,
      update: {
        ...whole.update,
        users: [{ user: "ada", step: { at: "restoring", backup: "../x" } }],
      },
    },
    { ...whole, more: true },
    { ...whole, format: 2 },
  ];
  for (const one of evil) assert.equal(parseState(JSON.stringify(one)).isValid, false);
});

Deno.test("parseState() says why instead of throwing, whatever it is given", () =>
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    const parsed = parseState(text);
    assert.ok(parsed.isValid || parsed.why !== "");
  })));

Deno.test("parseFreeze() takes whatever a person left there for a brake", () => {
  assert.equal(parseFreeze("").reason, "no reason was written");
  assert.equal(parseFreeze("demo on Friday\n").reason, "demo on Friday");
  assert.equal(parseFreeze("[1]").reason, "[1]");
  assert.deepEqual(
    parseFreeze('{"reason": "bad", "at": "2026-11-18T04:00:00Z", "version": "0.2.0"}'),
    {
      reason: "bad",
      atMs: Date.parse("2026-11-18T04:00:00Z"),
      version: "0.2.0",
    },
  );
});
