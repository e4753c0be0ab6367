import assert from "node:assert/strict";
import fc from "fast-check";
import type { StateCookie } from "../storage_state.ts";
import { type PassFacts, planPass } from "./plan_pass.ts";

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;
const QUIET = { readMs: NOW - HOUR, traceMs: 0, wasOpen: false };

const cookie = (domain: string, value = "v"): StateCookie => ({
  name: "n",
  value,
  domain,
  path: "/",
  expires: -1,
  httpOnly: false,
  secure: true,
  sameSite: "Lax",
});

function facts(over: Partial<PassFacts>): PassFacts {
  return {
    open: [],
    visited: [],
    buckets: [],
    cookies: [],
    previousCookies: [],
    ledger: {},
    nowMs: NOW,
    ...over,
  };
}

Deno.test("planPass() reads an origin again for each trace that it may have changed", () => {
  const origin = "https://a.example";
  const known = { ledger: { [origin]: QUIET } };
  const cases: readonly [string, Partial<PassFacts>, boolean][] = [
    ["nothing happened", known, false],
    ["it was never read", { visited: [{ text: `${origin}/x`, atMs: 0 }] }, true],
    ["it is open", { ...known, open: [origin] }, true],
    ["it was open when it was read", { ledger: { [origin]: { ...QUIET, wasOpen: true } } }, true],
    ["it was visited", { ...known, visited: [{ text: `${origin}/x`, atMs: NOW - 1 }] }, true],
    ["its bucket changed", { ...known, buckets: [{ text: `${origin}/`, atMs: NOW - 1 }] }, true],
    ["it has a new cookie", { ...known, cookies: [cookie("a.example")] }, true],
    ["it lost a cookie", { ...known, previousCookies: [cookie("a.example")] }, true],
    [
      "a cookie has a new value",
      {
        ...known,
        cookies: [cookie("a.example", "1")],
        previousCookies: [cookie("a.example", "2")],
      },
      true,
    ],
    [
      "a cookie is the same",
      { ...known, cookies: [cookie("a.example")], previousCookies: [cookie("a.example")] },
      false,
    ],
    ["another site has a new cookie", { ...known, cookies: [cookie("b.example")] }, false],
    ["it was read days ago", { ledger: { [origin]: { ...QUIET, readMs: 0 } } }, true],
    ["the clock was set back", { ledger: { [origin]: { ...QUIET, readMs: NOW + 1 } } }, true],
  ];
  for (const [name, over, isRead] of cases) {
    const plan = planPass(facts(over));

    assert.equal(plan.read.includes(origin), isRead, name);
    assert.equal(plan.keep.includes(origin), !isRead, name);
  }
});

Deno.test("planPass() reads or keeps every candidate, and each once", () => {
  const origin = fc.integer({ min: 0, max: 20 }).map((n) => `https://s${n}.example`);
  const traces = fc.array(fc.record({ text: origin, atMs: fc.nat(2 * NOW) }));
  const ledger = fc.dictionary(
    origin,
    fc.record({ readMs: fc.nat(2 * NOW), traceMs: fc.nat(), wasOpen: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.array(origin), traces, traces, ledger, (open, visited, buckets, known) => {
      const { read, keep } = planPass(facts({ open, visited, buckets, ledger: known }));

      const all = [...read, ...keep];
      const wanted = [
        ...open,
        ...visited.map((t) => t.text),
        ...buckets.map((t) => t.text),
        ...Object.keys(known),
      ];
      assert.deepEqual(new Set(all), new Set(wanted));
      assert.equal(new Set(all).size, all.length);
      assert.ok(keep.every((one) => Object.hasOwn(known, one)), "only what was read can be kept");
    }),
  );
});
