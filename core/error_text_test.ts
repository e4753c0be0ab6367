/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { errorText } from "./error_text.ts";

Deno.test.each<[string, unknown, string]>([
  ["an error", new TypeError("Cannot open it"), "Cannot open it"],
  ["an error without a message", new TypeError(), "TypeError"],
  ["several lines", new Error("one\n  two\r\nthree\n"), "one; two; three;"],
  ["a text", " torn ", "torn"],
  ["nothing", undefined, "undefined"],
  ["an object", { toString: () => "mine" }, "mine"],
])("errorText() gives one line when thrown is %s", (_, thrown, expected) => {
  const text = errorText(thrown);

  assert.equal(text, expected);
});

Deno.test("errorText() gives no line break when the message is any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (message) => {
    assert.ok(!errorText(new Error(message)).includes("\n"));
  }));
});
