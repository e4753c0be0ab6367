/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { backoffMs } from "./backoff.ts";

Deno.test("backoffMs() doubles when attempts go on and chance is at its highest", () => {
  const waits = [1, 2, 3, 4].map((attempt) => backoffMs(attempt, { random: () => 1 }));

  assert.deepEqual(waits, [250, 500, 1_000, 2_000]);
});

Deno.test("backoffMs() stays within half and all of the wait when chance is anything", () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 1_000_000 }),
    fc.integer({ min: 1, max: 10_000 }),
    fc.integer({ min: 10_000, max: 10_000_000 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (attempt, firstMs, maxMs, chance) => {
      const full = Math.min(maxMs, firstMs * 2 ** (attempt - 1));

      const waitMs = backoffMs(attempt, { firstMs, maxMs, random: () => chance });

      assert.ok(Number.isInteger(waitMs));
      assert.ok(waitMs >= Math.floor(full / 2) && waitMs <= Math.ceil(full), `${waitMs}`);
    },
  );

  fc.assert(property);
});

Deno.test("backoffMs() never shrinks when one more attempt fails with the same chance", () => {
  const property = fc.property(fc.integer({ min: 1, max: 60 }), (attempt) => {
    const random = () => 0.5;

    assert.ok(backoffMs(attempt + 1, { random }) >= backoffMs(attempt, { random }));
  });

  fc.assert(property);
});
