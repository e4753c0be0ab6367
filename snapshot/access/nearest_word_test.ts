import assert from "node:assert/strict";
import { nearestWord } from "./nearest_word.ts";

const WORDS = ["tokens", "sites", "deny", "expires", "no_session_cookies"];

Deno.test("nearestWord() finds what was meant when a letter or two are wrong", () => {
  for (
    const [typed, meant] of [
      ["token", "tokens"],
      ["Sites", "sites"],
      ["expire", "expires"],
      ["noSessionCookies", "no_session_cookies"],
    ] as const
  ) assert.equal(nearestWord(typed, WORDS), meant);
});

Deno.test("nearestWord() finds nothing when no word is near", () => {
  for (const typed of ["", "password", "x".repeat(10_000)]) {
    assert.equal(nearestWord(typed, WORDS), undefined);
  }
});
