/**
 * @module
 */
import assert from "node:assert/strict";
import { UNITS } from "../../tests/support/units.ts";
import { MACHINE_UNITS } from "./unit_steps.ts";

Deno.test("MACHINE_UNITS are all units that start with the machine and are nobody's own", () => {
  const expected = [...UNITS].filter(([name, text]) =>
    !name.includes("@") && text.includes("\n[Install]\n")
  ).map(([name]) => name);

  assert.deepEqual(MACHINE_UNITS.map(({ unit }) => unit).sort(), expected.sort());
});

Deno.test("MACHINE_UNITS are started at once, but for the update", () => {
  const later = MACHINE_UNITS.filter(({ isStarted }) => !isStarted);

  assert.deepEqual(later.map(({ unit }) => unit), [
    "t3-autoupdate.timer",
    "t3-autoupdate-drain.timer",
    "t3-autoupdate-recover.service",
  ]);
});
