/**
 * Halving on every set of culprits.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { findCulprits } from "./find_culprits.ts";

Deno.test("findCulprits() finds exactly what fails by itself", async () => {
  const anySize = fc.integer({ min: 0, max: 60 });
  const anyBad = fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { maxLength: 5 });
  await fc.assert(fc.asyncProperty(anySize, anyBad, async (size, bad) => {
    const items = Array.from({ length: size }, (_, n) => n);
    let attempts = 0;

    const found = await findCulprits(items, (some) => {
      attempts++;
      return Promise.resolve(some.some((one) => bad.includes(one)) ? "bad" : undefined);
    });

    const expected = bad.filter((one) => one < size).sort((a, b) => a - b);
    assert.deepEqual(found.map((one) => one.item), expected);
    assert.ok(attempts <= 1 + expected.length * 2 * 7, `${attempts} attempts`);
  }));
});

Deno.test("findCulprits() leaves a rest that works when things fail only together", async () => {
  const tooMany = (some: readonly number[]) =>
    Promise.resolve(some.length > 3 ? "too many" : undefined);
  const items = [1, 2, 3, 4, 5, 6];

  const found = await findCulprits(items, tooMany);

  const rest = items.filter((one) => !found.some(({ item }) => item === one));
  assert.equal(await tooMany(rest), undefined);
  assert.match(found[0]?.reason ?? "", /^together with others: too many$/);
});
