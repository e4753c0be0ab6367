/**
 * One bad part never costs the rest.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { storageStates } from "../../tests/support/arbitrary_state.ts";
import { parseStorageState } from "../storage_state.ts";
import { validateCandidate } from "./validate_candidate.ts";

Deno.test("validateCandidate() gives bytes that a reader takes, and leaves a good state whole", () => {
  fc.assert(fc.property(storageStates(), (state) => {
    const { bytes, invalid } = validateCandidate(state);

    const back = parseStorageState(new TextDecoder().decode(bytes));
    assert.deepEqual(invalid, []);
    assert.equal(back.cookies.length, state.cookies.length);
    assert.equal(back.origins.length, state.origins.length);
  }));
});

Deno.test("validateCandidate() leaves out and names exactly what is not valid", () => {
  const badCookie = {
    name: "bad",
    value: "secret",
    domain: "bad.example",
    path: "no-slash",
    expires: NaN,
    httpOnly: true,
    secure: true,
    sameSite: "Lax" as const,
  };
  const badOrigin = { origin: "https://bad.example/path", localStorage: [] };
  fc.assert(fc.property(storageStates(), (state) => {
    const { state: valid, bytes, invalid } = validateCandidate({
      cookies: [...state.cookies, badCookie],
      origins: [badOrigin, ...state.origins],
    });

    assert.deepEqual([valid.cookies, valid.origins], [state.cookies, state.origins]);
    parseStorageState(new TextDecoder().decode(bytes));
    assert.deepEqual(invalid.map(({ what }) => what), [
      "cookie bad.exampleno-slash bad",
      "origin https://bad.example/path",
    ]);
    assert.ok(!JSON.stringify(invalid).includes("secret"));
  }));
});
