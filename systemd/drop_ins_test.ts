/**
 * The drop-ins of the documentation: systemd takes them, and rates the unit as the page says.
 *
 * @module
 */
import assert from "node:assert/strict";
import { documentedDropIns } from "../tests/support/drop_ins.ts";
import { rateUnit, UNITS, unitText, verifyUnit } from "../tests/support/units.ts";

const DROP_INS = documentedDropIns();

Deno.test.each([...DROP_INS.keys()])("%s is what the page says it is", async (name) => {
  const dropIn = DROP_INS.get(name);
  assert.ok(dropIn !== undefined);
  const unit = /([\w-]+@?)(?:ada)?(\.service)\.d\//.exec(dropIn.path)?.slice(1).join("") ?? "";
  // What a drop-in says counts as if it stood at the end.
  const text = `${unitText(unit)}\n${dropIn.text}`;

  const [verified, rated] = [
    await verifyUnit(new Map(UNITS).set(unit, text), unit),
    await rateUnit(unit, text),
  ];

  assert.equal(verified.stderr, "");
  assert.match(rated.stdout, new RegExp(`Overall exposure level .*: ${dropIn.exposure} `));
});
