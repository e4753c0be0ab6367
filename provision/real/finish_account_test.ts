import assert from "node:assert/strict";
import fc from "fast-check";
import { freeRange } from "./finish_account.ts";

Deno.test("freeRange() comes after every range that is given away", () => {
  assert.equal(freeRange(""), "100000-165535");
  assert.equal(freeRange("ada:100000:65536\n"), "165536-231071");
  assert.equal(freeRange("ada:300000:10\nbob:100000:65536\n"), "300010-365545");
  assert.equal(freeRange("low:1:5\nbroken\n:7:7\n"), "100000-165535");
});

Deno.test("freeRange() overlaps with nothing", () => {
  const range = fc.tuple(fc.nat(500_000_000), fc.nat(100_000));
  fc.assert(fc.property(fc.array(range), (ranges) => {
    const [first = "", last = ""] = freeRange(
      ranges.map(([start, count]) => `u:${start}:${count}\n`).join(""),
    ).split("-");
    for (const [start, count] of ranges) {
      assert.ok(Number(first) >= start + count || Number(last) < start);
    }
  }));
});
