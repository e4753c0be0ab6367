/**
 * @module
 */
import assert from "node:assert/strict";
import { IDENTITY, identityKey, withoutDomain } from "./identity.ts";

Deno.test("identityKey() is the same when only case or domain differ", () => {
  const keys = ["alice", "Alice", "ALICE@example.com", "alice@example.org"].map(identityKey);

  assert.deepEqual(new Set(keys), new Set(["alice"]));
});

Deno.test("withoutDomain() keeps the case", () => {
  assert.equal(withoutDomain("Ada.L@example.com"), "Ada.L");
  assert.equal(withoutDomain("Ada.L"), "Ada.L");
});

Deno.test("IDENTITY refuses what could become a line of a map", () => {
  for (const text of ["", "a b", "a\n", "a=b", "#a", "a:b", "@example.com", "a@", "-a", "ä"]) {
    assert.doesNotMatch(text, IDENTITY);
  }
});
