import assert from "node:assert/strict";
import { tokenDigest } from "../access/access_rules.ts";
import { createBearerDigest } from "./bearer_digest.ts";

Deno.test("createBearerDigest() gives the token's digest, also the second time and after many others", () => {
  const digestOf = createBearerDigest();
  const expected = tokenDigest("s3cret");

  assert.deepEqual(digestOf("Bearer s3cret"), expected);
  assert.equal(digestOf("Bearer s3cret"), digestOf("Bearer s3cret"));
  for (let at = 0; at < 2_500; at++) assert.ok(digestOf(`Bearer x${at}`));
  assert.deepEqual(digestOf("bearer  s3cret "), expected);
});

Deno.test("createBearerDigest() gives nothing when there is no bearer token", () => {
  const digestOf = createBearerDigest();

  for (const header of [null, undefined, "", "Bearer", "Bearer ", "Basic x", "Bearer a b", "x"]) {
    assert.equal(digestOf(header), undefined, String(header));
  }
});
