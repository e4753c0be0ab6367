import assert from "node:assert/strict";
import fc from "fast-check";
import { pollIntervalMs } from "./poll_interval.ts";

Deno.test("pollIntervalMs() is short while something is going on", () => {
  assert.equal(pollIntervalMs({ quietMs: 0, costMs: 3 }), 200);
  assert.equal(pollIntervalMs({ quietMs: 14_999, costMs: 50 }), 250);
});

Deno.test("pollIntervalMs() costs about a hundredth of a core while nothing is", () => {
  assert.equal(pollIntervalMs({ quietMs: 15_000, costMs: 3 }), 500);
  assert.equal(pollIntervalMs({ quietMs: 15_000, costMs: 45 }), 4_500);
});

Deno.test("pollIntervalMs() stays within its bounds", () => {
  const ms = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(fc.property(ms, ms, (quietMs, costMs) => {
    const interval = pollIntervalMs({ quietMs, costMs });
    assert.ok(interval >= 200 && interval <= 5_000);
  }));
});
