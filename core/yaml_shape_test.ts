/**
 * @module
 */
import assert from "node:assert/strict";
import { z } from "zod";
import { readStrictYaml } from "./strict_yaml.ts";
import { faultText } from "./text_fault.ts";
import { checkShape } from "./yaml_shape.ts";

const SHAPE = z.strictObject({
  name: z.string("must be a text"),
  list: z.array(z.strictObject({ kind: z.enum(["one", "two"], "must be one of one, two") }))
    .default([]),
}, "must be a map");

function check(text: string) {
  const yaml = readStrictYaml(text);
  const value = (yaml.value as { at: unknown }).at;
  const result = checkShape(yaml, ["at"], value, SHAPE);
  return result.isValid ? result.value : result.faults.map(faultText);
}

Deno.test("checkShape() gives the value with defaults when it fits", () => {
  assert.deepEqual(check("at: {name: x}"), { name: "x", list: [] });
});

Deno.test("checkShape() names every fault with its place when the value does not fit", () => {
  const found = check("at:\n  nam: 3\n  list:\n    - {kind: tow}\n    - {kind: one, kin: two}\n");

  assert.deepEqual(found, [
    "at.name is missing, must be a text (line 1, column 1)",
    'at.list.0.kind is "tow", must be one of one, two (line 4, column 14)',
    'at.list.1.kin is no known key, did you mean "kind" (line 5, column 19)',
    'at.nam is no known key, did you mean "name" (line 2, column 3)',
  ]);
});

Deno.test("checkShape() lists the keys there are when none is near", () => {
  assert.deepEqual(check("at: {name: x, colour: red}"), [
    "at.colour is no known key, must be one of name, list (line 1, column 15)",
  ]);
});

Deno.test("checkShape() carries the word that was meant when one is near", () => {
  const yaml = readStrictYaml("list: [{kind: tow}]\nname: x\n");
  const result = checkShape(yaml, [], yaml.value, SHAPE);

  assert.equal(result.isValid ? "" : result.faults[0]?.suggestion, "two");
});

Deno.test("checkShape() says what stands there when it is something else altogether", () => {
  assert.deepEqual(check("at: [1]"), ["at is a list, must be a map (line 1, column 5)"]);
  assert.deepEqual(check("at:"), ["at is empty, must be a map (line 1, column 1)"]);
});

Deno.test("checkShape() does not repeat a value when it may be a secret", () => {
  const shape = z.record(z.string(), z.array(z.enum(["a"], "must be a"), "must be a list"));
  const yaml = readStrictYaml("x: [s3cret]\ny: s3cret\nz: {}\nw: [b]\n");
  const result = checkShape(yaml, [], yaml.value, shape, ([key]) => key === "w");

  assert.deepEqual(result.isValid ? [] : result.faults.map(faultText), [
    "x.0 must be a (line 1, column 5)",
    "y must be a list (line 2, column 4)",
    "z is a map, must be a list (line 3, column 4)",
    'w.0 is "b", must be a (line 4, column 5)',
  ]);
});

Deno.test("checkShape() names a place once when a text stands there instead of a list", () => {
  const yaml = readStrictYaml("x: longer\n");
  const shape = z.strictObject({ x: z.array(z.string(), "must be a list").max(2, "is too long") });
  const result = checkShape(yaml, [], yaml.value, shape);

  assert.deepEqual(result.isValid ? [] : result.faults.map(({ message }) => message), [
    'is "longer", must be a list',
  ]);
});
