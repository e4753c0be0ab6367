/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { nearestWord } from "./nearest_word.ts";

const WORDS = ["parked", "tier", "namespaces", "k8s_user", "agents"];

Deno.test.each([
  ["a letter is missing", "parkd", "parked"],
  ["two letters are swapped", "teir", "tier"],
  ["a letter is one too many", "namespacess", "namespaces"],
  ["the case differs", "K8S_USER", "k8s_user"],
  ["the separator differs", "k8s-user", "k8s_user"],
])("nearestWord() finds the word when %s", (_, typed, word) => {
  assert.equal(nearestWord(typed, WORDS), word);
});

Deno.test("nearestWord() finds nothing when no word is near", () => {
  for (const typed of ["shell", "", "qqqq", "x".repeat(100_000)]) {
    assert.equal(nearestWord(typed, WORDS), undefined);
  }
});

Deno.test("nearestWord() finds a word itself when it is typed right", () => {
  const word = fc.stringMatching(/^[a-z0-9_]{1,12}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.nat(), (words, at) => {
      const typed = words[at % words.length] ?? "";

      assert.equal(nearestWord(typed, words), typed);
    }),
  );
});
