/**
 * @module
 */
import assert from "node:assert/strict";
import { faultText } from "../core/text_fault.ts";
import { parseMembers } from "./members.ts";

Deno.test("parseMembers() gives each person once, in the file's order", () => {
  const parsed = parseMembers('["bob", "ada@example.com", "ADA", "cy"]');

  assert.deepEqual(parsed, { isValid: true, members: ["bob", "ada@example.com", "cy"] });
});

Deno.test.each([
  ["an empty list", "[]", /would remove everybody/],
  ["an empty text", "", /is empty, must be a JSON list/],
  ["an object", '{"users": []}', /must be a JSON list/],
  ["an error page", "<html>", /must be a JSON list/],
  ["a name that is none", '["a b"]', /0 is "a b", must be a user name/],
  ["a number", "[1]", /0 is 1, must be a user name/],
  ["half a list", '["ada", "b', /is not YAML/],
])("parseMembers() refuses %s", (_, text, why) => {
  const parsed = parseMembers(text);

  assert.ok(!parsed.isValid);
  assert.match(parsed.faults.map(faultText).join("\n"), why);
});
