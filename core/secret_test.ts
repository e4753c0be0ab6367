/**
 * @module
 */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { Secret } from "./secret.ts";

const SHOWN: readonly [string, (secret: Secret) => string][] = [
  ["put into a text", (secret) => `${secret}`],
  ["added to a text", (secret) => "" + secret],
  ["serialised", (secret) => JSON.stringify({ secret, list: [secret] })],
  ["inspected by Deno", (secret) => Deno.inspect({ secret }, { depth: 9, showHidden: true })],
  ["inspected by a Node package", (secret) => inspect({ secret }, { depth: 9, showHidden: true })],
  ["spread", (secret) => JSON.stringify({ ...secret })],
  ["listed", (secret) => JSON.stringify(Object.entries(secret))],
  ["part of an error", (secret) => new Error(`refused ${secret}`).stack ?? ""],
];

Deno.test.each(SHOWN)("Secret does not show its text when %s", (_, show) => {
  const property = fc.property(fc.stringMatching(/^[a-z0-9]{24,40}$/), (text) => {
    assert.ok(!show(new Secret(text)).includes(text));
  });

  fc.assert(property);
});

Deno.test("Secret reveals exactly its text when asked", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.equal(new Secret(text).reveal(), text);
  }));
});
