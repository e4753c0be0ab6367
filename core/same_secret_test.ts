import assert from "node:assert/strict";
import fc from "fast-check";
import { isSameSecret } from "./same_secret.ts";
import { Secret } from "./secret.ts";

Deno.test("isSameSecret() is true for the same text only", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (shown, text) => {
    assert.equal(isSameSecret(shown, new Secret(text)), shown === text);
    assert.equal(isSameSecret(text, new Secret(text)), true);
  }));
});
