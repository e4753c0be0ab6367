import assert from "node:assert/strict";
import zlib from "node:zlib";
import fc from "fast-check";
import { chooseCoding, type ContentCoding, encodeBody } from "./content_coding.ts";

const CHOICES: readonly (readonly [string | null, ContentCoding])[] = [
  [null, "identity"],
  ["", "identity"],
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["GZIP", "gzip"],
  ["gzip, br", "br"],
  ["gzip, deflate, br, zstd", "zstd"],
  ["br;q=0.5, gzip;q=0.9", "gzip"],
  ["zstd;q=0, br;q=0.1", "br"],
  ["*", "zstd"],
  ["*;q=0", "identity"],
  ["*;q=0.5, zstd;q=0", "br"],
  ["identity", "identity"],
  ["identity;q=1, gzip;q=0.5", "identity"],
  ["identity;q=0.5, gzip;q=0.5", "gzip"],
  ["identity;q=0", "identity"],
  ["gzip;q=2", "identity"],
  ["gzip;q=x", "identity"],
  ["gzip ; q=0.3 , br ; q=0.2", "gzip"],
  ["deflate, compress", "identity"],
  [",,;q=1,", "identity"],
];

for (const [header, coding] of CHOICES) {
  Deno.test(`chooseCoding() is ${coding} when a client accepts ${JSON.stringify(header)}`, () => {
    assert.equal(chooseCoding(header, 10_000), coding);
  });
}

Deno.test("chooseCoding() leaves alone what is too small, and what would take too long", () => {
  assert.equal(chooseCoding("zstd, br", 100), "identity");
  assert.equal(chooseCoding("gzip, br", 100_000_000), "identity");
  assert.equal(chooseCoding("gzip, zstd", 50_000_000), "zstd");
});

Deno.test("chooseCoding() never chooses what the client forbids, for any header", () => {
  const token = fc.constantFrom("zstd", "br", "gzip", "identity", "*", "x", "");
  const weight = fc.constantFrom("", ";q=0", ";q=0.5", ";q=1", ";q=", ";level=3");
  const headers = fc.array(fc.tuple(token, weight).map((parts) => parts.join("")));
  fc.assert(fc.property(headers, (parts) => {
    const coding = chooseCoding(parts.join(", "), 10_000);
    const said = parts.findLast((part) => part.split(";")[0] === coding);
    assert.ok(coding === "identity" || said !== `${coding};q=0`, parts.join(", "));
  }));
});

Deno.test("encodeBody() gives what the coding's decoder turns back", () => {
  const bytes = new TextEncoder().encode("hearth ".repeat(1_000));

  assert.equal(encodeBody(bytes, "identity"), bytes);
  assert.deepEqual(new Uint8Array(zlib.zstdDecompressSync(encodeBody(bytes, "zstd"))), bytes);
  assert.deepEqual(new Uint8Array(zlib.brotliDecompressSync(encodeBody(bytes, "br"))), bytes);
  assert.deepEqual(new Uint8Array(zlib.gunzipSync(encodeBody(bytes, "gzip"))), bytes);
});
