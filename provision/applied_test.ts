import assert from "node:assert/strict";
import { type AppliedRecord, appliedScope, withDigest } from "./applied.ts";

Deno.test("withDigest() keeps the digest being written and the one it replaces", () => {
  let record: AppliedRecord = {};
  for (const digest of ["a", "b", "c"]) record = withDigest(record, "/etc/x", digest);

  const applied = appliedScope(() => record);

  assert.deepEqual(record, { "/etc/x": ["c", "b"] });
  assert.equal(applied.newest("/etc/x"), "c");
  assert.deepEqual(["a", "b", "c"].map((digest) => applied.isOurs("/etc/x", digest)), [
    false,
    true,
    true,
  ]);
  assert.equal(withDigest(record, "/etc/x", "c"), record);
  assert.deepEqual(withDigest(record, "/etc/x", "b"), { "/etc/x": ["b", "c"] });
});

Deno.test("appliedScope() knows no key that every object has", () => {
  const applied = appliedScope(() => ({}));

  assert.equal(applied.has("constructor"), false);
  assert.equal(applied.isOurs("toString", "a"), false);
});
