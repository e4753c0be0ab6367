/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseView } from "./npm_source.ts";

const VIEW = {
  version: "0.1.11",
  dist: {
    integrity: "sha512-x",
    attestations: {
      url: "https://example.com/-/npm/v1/attestations/t3@0.1.11",
      provenance: { predicateType: "https://slsa.dev/provenance/v1" },
    },
  },
  engines: { node: ">=24.10" },
  time: { "0.1.11": "2026-11-17T04:00:00.000Z" },
};

Deno.test("parseView() reads a version, its digest, and what vouches for it", () => {
  assert.deepEqual(parseView(JSON.stringify(VIEW)), {
    is: "ok",
    release: {
      version: "0.1.11",
      integrity: "sha512-x",
      provenance: "https://slsa.dev/provenance/v1",
      engines: ">=24.10",
      publishedMs: Date.parse("2026-11-17T04:00:00.000Z"),
    },
  });
});

Deno.test("parseView() blames nobody for an answer it does not know", () => {
  for (const text of ["", "[]", "null", "<html>", JSON.stringify([VIEW, VIEW])]) {
    assert.equal(parseView(text).is, "unclear", text);
  }
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    assert.ok(["ok", "unclear"].includes(parseView(text).is));
  }));
});
