/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { faultText, pathText, shownValue } from "./text_fault.ts";

Deno.test("faultText() says where, what and at which line when a value is wrong", () => {
  const text = faultText({
    path: ["users", "alice", "tier"],
    message: 'is "amdin", must be one of "admin", "power-user"',
    line: 12,
    column: 11,
  });

  assert.equal(
    text,
    'users.alice.tier is "amdin", must be one of "admin", "power-user" (line 12, column 11)',
  );
});

Deno.test("pathText() quotes a key when it is no plain word", () => {
  assert.equal(pathText(["users", "a b", "x.y", ""]), 'users."a b"."x.y".""');
  assert.equal(pathText([]), "the text");
});

Deno.test.each<[string, unknown, string]>([
  ["a text", "a\nb", '"a\\nb"'],
  ["a long text", "x".repeat(100), `"${"x".repeat(60)}…"`],
  ["nothing", null, "empty"],
  ["a list", [1], "a list"],
  ["an empty list", [], "an empty list"],
  ["a map", { a: 1 }, "a map"],
  ["a number", 3, "3"],
  ["a boolean", true, "true"],
])("shownValue() shows %s", (_, value, shown) => {
  assert.equal(shownValue(value), shown);
});

Deno.test("shownValue() shows nothing that acts on a terminal when the text is hostile", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.doesNotMatch(shownValue(text), /[\p{Cc}\p{Cf}\u2028\u2029]/u);
    }),
  );
  assert.equal(shownValue("\u001b[31m\u202e\u007f"), '"\\u001b[31m\\u202e\\u007f"');
});
