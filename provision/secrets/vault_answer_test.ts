/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { vaultResult } from "./vault_answer.ts";

Deno.test("vaultResult() gives a result in one line when an answer is anything", () => {
  const body = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.array(fc.string({ unit: "binary" })).map((errors) => JSON.stringify({ errors })),
    fc.jsonValue().map((value) => JSON.stringify({ data: { data: { a: value } } })),
  );
  fc.assert(fc.property(fc.integer({ min: 100, max: 599 }), body, (status, text) => {
    const result = vaultResult({ status, body: text }, "secret/box", "a");

    if (result.kind === "value") assert.equal(status, 200);
    else assert.doesNotMatch(result.why, /[\p{Cc}\p{Cf}]/u);
  }));
});

Deno.test("vaultResult() gives a secret only when Vault says 200", () => {
  const body = JSON.stringify({ data: { data: { a: "x" } } });

  for (const status of [100, 201, 204, 301, 400, 403, 404, 500, 503]) {
    assert.notEqual(vaultResult({ status, body }, "secret/box", "a").kind, "value");
  }
});

Deno.test("vaultResult() does not take a name of every object for a key", () => {
  const body = JSON.stringify({ data: { data: {} } });

  assert.equal(vaultResult({ status: 200, body }, "secret/box", "toString").kind, "absent");
});
