import assert from "node:assert/strict";
import zlib from "node:zlib";
import { hostsText } from "../../tests/support/snapshot_fixture.ts";
import type { Grant } from "../access/grant.ts";
import { WHOLE_GRANT } from "../access/grant.ts";
import { etagOf } from "../etag.ts";
import { parseStorageState } from "../storage_state.ts";
import type { Generation } from "./load_generation.ts";
import { createSnapshotBodies } from "./snapshot_bodies.ts";

function generationOf(values: Readonly<Record<string, string>>): Generation {
  const text = hostsText(values);
  const bytes = new TextEncoder().encode(text);
  return { bytes, etag: etagOf(bytes), state: parseStorageState(text), modifiedMs: 0 };
}

function grantOf(...sites: string[]): Grant {
  return { sites, deny: [], hasNoSessionCookies: false };
}

const BOTH = generationOf({ "example.com": "c", "example.org": "o" });

Deno.test("of() gives the file's own bytes to who may have everything", () => {
  const body = createSnapshotBodies().of(BOTH, WHOLE_GRANT);

  assert.equal(body.encoded("identity").bytes, BOTH.bytes);
  assert.equal(body.etag, BOTH.etag);
});

Deno.test("of() filters once per scope, and shares bytes between equal grants", () => {
  const bodies = createSnapshotBodies();

  const com = bodies.of(BOTH, grantOf("example.com"));
  const org = bodies.of(BOTH, grantOf("example.org"));

  assert.notEqual(com.etag, org.etag);
  assert.equal(bodies.of(BOTH, grantOf("example.com")), com);
  assert.equal(bodies.count(), 2);
  const text = new TextDecoder().decode(com.encoded("identity").bytes);
  assert.deepEqual(JSON.parse(text).cookies.map(({ name }: { name: string }) => name), [
    "example.com",
  ]);
  assert.equal(com.etag, etagOf(com.encoded("identity").bytes));
});

Deno.test("of() drops the bodies of earlier generations, and keeps the tag of what did not change", () => {
  const bodies = createSnapshotBodies();
  const grant = grantOf("example.com");
  const before = bodies.of(BOTH, grant);
  bodies.of(BOTH, WHOLE_GRANT);

  const after = bodies.of(generationOf({ "example.com": "c", "example.org": "new" }), grant);

  assert.equal(bodies.count(), 1);
  assert.notEqual(after, before);
  assert.equal(after.etag, before.etag);
});

Deno.test("encoded() compresses once and tags each coding's bytes apart", () => {
  const body = createSnapshotBodies().of(BOTH, WHOLE_GRANT);

  const br = body.encoded("br");

  assert.equal(body.encoded("br"), br);
  assert.deepEqual(new Uint8Array(zlib.brotliDecompressSync(br.bytes)), BOTH.bytes);
  assert.equal(br.etag, BOTH.etag.replace(/"$/, '-br"'));
});
