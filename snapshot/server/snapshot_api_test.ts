import assert from "node:assert/strict";
import zlib from "node:zlib";
import {
  ALICE,
  BEARER,
  BOB,
  cookieNames,
  snapshotApi,
  SUBJECTS,
} from "../../tests/support/snapshot_api.ts";
import { hostsText, snapshotText, testDirectory } from "../../tests/support/snapshot_fixture.ts";
import { etagOf } from "../etag.ts";

Deno.test("GET /healthz answers ok when nothing is configured", async () => {
  await using directory = await testDirectory();
  const { ask } = await snapshotApi(directory, { hasToken: false });

  const { status, text } = await ask("/healthz");

  assert.deepEqual([status, text], [200, "ok\n"]);
});

Deno.test("GET /api/snapshot answers as the contract says when it cannot give one", async () => {
  await using directory = await testDirectory();
  const open = await snapshotApi(directory, { hasToken: false });
  const guarded = await snapshotApi(directory);

  const unconfigured = await open.ask("/api/snapshot", { headers: BEARER });
  const missing = await guarded.ask("/api/snapshot");
  const wrong = await guarded.ask("/api/snapshot", { headers: { authorization: "Bearer x" } });
  const early = await guarded.ask("/api/snapshot", { headers: BEARER });

  const seen = [unconfigured, missing, wrong, early].map(({ status, text }) => [status, text]);
  assert.deepEqual(seen, [
    [503, '{"error":"token not configured"}\n'],
    [401, '{"error":"invalid bearer"}\n'],
    [401, '{"error":"invalid bearer"}\n'],
    [404, '{"error":"snapshot not yet available"}\n'],
  ]);
  assert.equal(wrong.headers.get("www-authenticate"), "Bearer");
});

Deno.test("GET /api/snapshot answers the file's bytes when there is one", async () => {
  await using directory = await testDirectory();
  const { ask, publish, answers } = await snapshotApi(directory);
  await publish(snapshotText("one ☃"));

  const { status, headers, text } = await ask("/api/snapshot", { headers: BEARER });

  const bytes = new TextEncoder().encode(snapshotText("one ☃"));
  assert.deepEqual([status, text], [200, snapshotText("one ☃")]);
  assert.equal(headers.get("content-type"), "application/json");
  assert.equal(headers.get("cache-control"), "no-cache");
  assert.equal(headers.get("content-length"), String(bytes.length));
  assert.equal(headers.get("etag"), etagOf(bytes));
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("access-control-allow-origin"), null);
  assert.deepEqual(answers, ["/api/snapshot 200"]);
});

Deno.test("GET /api/snapshot answers 304 when the client has the current tag", async () => {
  await using directory = await testDirectory();
  const { ask, publish } = await snapshotApi(directory);
  await publish(snapshotText("one"));
  const { headers } = await ask("/api/snapshot", { headers: BEARER });
  const etag = headers.get("etag") ?? "";

  const current = await ask("/api/snapshot", { headers: { ...BEARER, "if-none-match": etag } });
  await publish(snapshotText("two"));
  const old = await ask("/api/snapshot", { headers: { ...BEARER, "if-none-match": etag } });

  assert.deepEqual([current.status, current.text, current.headers.get("etag")], [304, "", etag]);
  assert.deepEqual([old.status, old.text], [200, snapshotText("two")]);
});

Deno.test("HEAD answers like GET without the body when a snapshot is there", async () => {
  await using directory = await testDirectory();
  const { ask, publish } = await snapshotApi(directory);
  await publish(snapshotText("one"));

  const get = await ask("/api/snapshot", { headers: BEARER });
  const head = await ask("/api/snapshot", { method: "HEAD", headers: BEARER });
  const refused = await ask("/api/snapshot", { method: "HEAD" });

  assert.deepEqual([head.status, head.text], [200, ""]);
  assert.deepEqual([...head.headers], [...get.headers]);
  assert.equal(refused.status, 401);
});

Deno.test("other methods answer 405 with Allow, and other paths 404, when asked", async () => {
  await using directory = await testDirectory();
  const { ask } = await snapshotApi(directory);

  for (const path of ["/api/snapshot", "/healthz", "/readyz", "/api/sites"]) {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const { status, headers } = await ask(path, { method, headers: BEARER });
      assert.deepEqual([status, headers.get("allow")], [405, "GET, HEAD"], `${method} ${path}`);
    }
  }
  for (const path of ["/", "/api", "/api/snapshot/", "/api/snapshot/x", "/API/snapshot"]) {
    assert.equal((await ask(path, { headers: BEARER })).status, 404, path);
  }
});

Deno.test("GET /api/snapshot gives each subject its own part, under its own tag", async () => {
  await using directory = await testDirectory();
  const { ask, publish } = await snapshotApi(directory, { subjects: SUBJECTS });
  await publish(hostsText({ "example.com": "1", "evil-example.com": "2", "example.org": "3" }));

  const alice = await ask("/api/snapshot", { headers: ALICE });
  const bob = await ask("/api/snapshot", { headers: BOB });
  const all = await ask("/api/snapshot", { headers: BEARER });
  const crossed = await ask("/api/snapshot", {
    headers: { ...ALICE, "if-none-match": bob.headers.get("etag") ?? "" },
  });

  assert.deepEqual(cookieNames(alice.text), ["example.com"]);
  assert.deepEqual(cookieNames(bob.text), ["example.org"]);
  assert.equal(cookieNames(all.text).length, 3);
  assert.equal(new Set([alice, bob, all].map(({ headers }) => headers.get("etag"))).size, 3);
  assert.equal(alice.headers.get("etag"), etagOf(alice.bytes));
  assert.equal(alice.headers.get("vary"), "accept-encoding, authorization");
  assert.equal(crossed.status, 200);
});

Deno.test("GET /api/snapshot compresses as the client can take it, and knows every coding's tag", async () => {
  await using directory = await testDirectory();
  const { ask, publish } = await snapshotApi(directory);
  await publish(snapshotText("one", 50_000));
  const plain = await ask("/api/snapshot", { headers: BEARER });
  const decoders = {
    zstd: zlib.zstdDecompressSync,
    br: zlib.brotliDecompressSync,
    gzip: zlib.gunzipSync,
  };

  for (const [coding, decode] of Object.entries(decoders)) {
    const headers = { ...BEARER, "accept-encoding": `${coding}, identity;q=0.5` };
    const { headers: fields, bytes } = await ask("/api/snapshot", { headers });
    const head = await ask("/api/snapshot", { method: "HEAD", headers });
    const etag = fields.get("etag") ?? "";
    const again = await ask("/api/snapshot", { headers: { ...headers, "if-none-match": etag } });
    const other = await ask("/api/snapshot", { headers: { ...BEARER, "if-none-match": etag } });

    assert.equal(fields.get("content-encoding"), coding);
    assert.equal(fields.get("content-length"), String(bytes.length));
    assert.ok(bytes.length < 10_000);
    assert.deepEqual(new Uint8Array(decode(bytes)), plain.bytes);
    assert.deepEqual([...head.headers], [...fields]);
    assert.notEqual(etag, plain.headers.get("etag"));
    assert.deepEqual([again.status, again.headers.get("etag")], [304, etag]);
    assert.equal(other.status, 304);
  }
  // The tag that refresh makes of its own copy.
  const copy = { ...BEARER, "accept-encoding": "gzip, br", "if-none-match": etagOf(plain.bytes) };
  assert.equal((await ask("/api/snapshot", { headers: copy })).status, 304);
});

Deno.test("GET /api/sites answers rows of what the subject may have, and never a value", async () => {
  await using directory = await testDirectory();
  const { ask, publish } = await snapshotApi(directory, { subjects: SUBJECTS });
  const early = await ask("/api/sites", { headers: ALICE });
  await publish(hostsText({ "app.example.com": "s3cret-1", "example.org": "s3cret-2" }));

  const alice = await ask("/api/sites", { headers: ALICE });
  const all = await ask("/api/sites", { headers: BEARER });
  const nobody = await ask("/api/sites");
  const head = await ask("/api/sites", { method: "HEAD", headers: ALICE });

  const names = (text: string) => JSON.parse(text).sites.map(({ site }: { site: string }) => site);
  assert.deepEqual(names(alice.text), ["example.com"]);
  assert.deepEqual(names(all.text), ["example.com", "example.org"]);
  assert.ok(!`${alice.text}${all.text}`.includes("s3cret"));
  assert.deepEqual([early.status, nobody.status, head.status, head.text], [404, 401, 200, ""]);
});

Deno.test("GET /readyz names what is wrong and no path when asked by anybody", async () => {
  await using directory = await testDirectory();
  const { ask, publish, store } = await snapshotApi(directory, { hasToken: false });
  await store.reload();

  const { status, text } = await ask("/readyz");
  await publish(snapshotText("one"));

  const lines = text.trim().split("\n").sort();
  assert.deepEqual([status, lines], [
    503,
    ["error snapshot_missing", "error token_not_configured"],
  ]);
  assert.equal((await ask("/readyz")).text, "error token_not_configured\n");
});
