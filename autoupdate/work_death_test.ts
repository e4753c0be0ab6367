/**
 * Processes that are killed, and power that is cut, at every effect.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { assertMorning, box, OLD, runThrough, THREE } from "./work_fixture.ts";

for (const flaw of ["none", "gate", "front-door", "own-data", "soak", "loses-rows"] as const) {
  for (const isPowerCut of [false, true]) {
    const how = isPowerCut ? "the power is cut" : "it is killed";
    Deno.test(`work() leaves a good morning when ${how} at any effect of "${flaw}"`, async () => {
      const whole = box(flaw, THREE, OLD);
      await runThrough(whole);
      assert.ok(whole.ticks > 15);

      for (let at = 1; at <= whole.ticks; at++) {
        const killed = box(flaw, THREE, OLD);
        await runThrough(killed, [at], isPowerCut);
        assertMorning(killed, flaw, `${how} at effect ${at} of ${whole.ticks}`);
      }
    });
  }
}

Deno.test("work() leaves a good morning after any series of deaths", async () => {
  const flaws = ["none", "gate", "front-door", "own-data", "soak", "loses-rows"] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...flaws),
      fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 6 }),
      fc.boolean(),
      fc.subarray(["ada", "edsger", "grace"]),
      async (flaw, kills, isPowerCut, busy) => {
        const users = THREE.map(({ name }) => ({ name, isBusy: busy.includes(name) }));
        const killed = box(flaw, users, OLD);
        await runThrough(killed, kills, isPowerCut);
        assertMorning(killed, flaw, `${flaw} ${kills} ${isPowerCut} ${busy}`);
      },
    ),
    { numRuns: 300 },
  );
});
