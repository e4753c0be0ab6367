import assert from "node:assert/strict";
import { etagOf, isTagKnown } from "./etag.ts";

Deno.test("etagOf() is the quoted SHA-256 when bytes are given", () => {
  const etag = etagOf(new TextEncoder().encode("abc"));

  assert.equal(etag, '"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"');
});

Deno.test("isTagKnown() finds the tag when it is in a list, weak, or a star", () => {
  for (const header of ['"a"', 'W/"a"', '"b", "a"', '"b",W/"a"', "*", " * "]) {
    assert.equal(isTagKnown(header, '"a"'), true, header);
  }
});

Deno.test("isTagKnown() finds nothing when the header names other tags or is malformed", () => {
  for (const header of [undefined, "", "a", '"A"', '"ab"', '"', "**", '"b", "c"']) {
    assert.equal(isTagKnown(header, '"a"'), false, header);
  }
});
