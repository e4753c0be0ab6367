import assert from "node:assert/strict";
import zlib from "node:zlib";
import { createHealth } from "../../core/health.ts";
import { createFakeClock } from "../../tests/support/fake_clock.ts";
import { etagOf } from "../etag.ts";
import {
  accessText,
  hostsText,
  recordLog,
  snapshotText,
  type TestDirectory,
  testDirectory,
  type TestSubject,
} from "../../tests/support/snapshot_fixture.ts";
import { createAccessStore } from "../access/access_store.ts";
import { createInventory } from "../inventory/inventory.ts";
import { createAccessGate } from "./access_gate.ts";
import { createSnapshotApi } from "./snapshot_api.ts";
import { createSnapshotBodies } from "./snapshot_bodies.ts";
import { createSnapshotStore } from "./snapshot_store.ts";
import { createTokenGate } from "./token_gate.ts";

const BEARER = { authorization: "Bearer s3cret" };

async function setUp(
  directory: TestDirectory,
  options: { hasToken?: boolean; subjects?: Readonly<Record<string, TestSubject>> } = {},
) {
  const { hasToken = true, subjects } = options;
  const clock = createFakeClock(Date.parse("2026-01-01T00:00:00Z"));
  const health = createHealth();
  const { log } = recordLog();
  const path = `${directory.path}/s.json`;
  const bodies = createSnapshotBodies();
  const inventory = createInventory({ path, clock, log });
  const store = createSnapshotStore({ path, health, log, clock });
  const file = hasToken ? await directory.put("token", "s3cret\n") : undefined;
  const tokenGate = await createTokenGate({ file, clock, health, log });
  const access = createAccessStore({
    path: `${directory.path}/access.yaml`,
    health: createHealth(),
    log,
    onChange() {
      bodies.clear();
      store.wake();
    },
  });
  async function putSubjects(next: Readonly<Record<string, TestSubject>>) {
    await directory.put("access.yaml", accessText(next));
    await access.reload();
  }
  if (subjects !== undefined) await putSubjects(subjects);
  const gate = createAccessGate({ tokenGate, access, clock });
  const answers: string[] = [];
  const api = createSnapshotApi({
    store,
    bodies,
    gate,
    inventory,
    health,
    clock,
    onAnswer: (path, status) => answers.push(`${path} ${status}`),
  });
  async function ask(path: string, init: RequestInit = {}) {
    const response = await api(new Request(`http://pod:8088${path}`, init));
    const bytes = await response.bytes();
    const text = new TextDecoder().decode(bytes);
    return { status: response.status, headers: response.headers, bytes, text };
  }
  async function publish(text: string) {
    await directory.put("s.json", text);
    await store.reload();
  }
  return { clock, store, ask, api, publish, putSubjects, answers };
}

Deno.test("GET /healthz answers ok when nothing is configured", async () => {
  await using directory = await testDirectory();
  const { ask } = await setUp(directory, { hasToken: false });

  const { status, text } = await ask("/healthz");

  assert.deepEqual([status, text], [200, "ok\n"]);
});

Deno.test("GET /api/snapshot answers as the contract says when it cannot give one", async () => {
  await using directory = await testDirectory();
  const open = await setUp(directory, { hasToken: false });
  const guarded = await setUp(directory);

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
  const { ask, publish, answers } = await setUp(directory);
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
  const { ask, publish } = await setUp(directory);
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
  const { ask, publish } = await setUp(directory);
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
  const { ask } = await setUp(directory);

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

Deno.test("?wait= answers 400 with a sentence when it is no number in bounds", async () => {
  await using directory = await testDirectory();
  const { ask, publish } = await setUp(directory);
  await publish(snapshotText("one"));

  for (const query of ["wait=", "wait=x", "wait=-1", "wait=1.5", "wait=301", "wait=1&wait=2"]) {
    const { status, text } = await ask(`/api/snapshot?${query}`, { headers: BEARER });
    assert.equal(status, 400, query);
    assert.match(JSON.parse(text).error, /^wait is .*must be a whole number of seconds from 0 to/);
  }
  assert.equal((await ask("/api/snapshot?wait=x")).status, 401);
});

Deno.test("?wait= answers at once when the client's tag is not current or it has none", async () => {
  await using directory = await testDirectory();
  const { ask, publish } = await setUp(directory);
  await publish(snapshotText("one"));

  const none = await ask("/api/snapshot?wait=300", { headers: BEARER });
  const old = await ask("/api/snapshot?wait=300", {
    headers: { ...BEARER, "if-none-match": '"old"' },
  });

  assert.deepEqual([none.status, old.status], [200, 200]);
});

Deno.test("?wait= answers the next snapshot when it comes in time, else 304", async () => {
  await using directory = await testDirectory();
  const { ask, publish, clock } = await setUp(directory);
  await publish(snapshotText("one"));
  const { headers } = await ask("/api/snapshot", { headers: BEARER });
  const init = { headers: { ...BEARER, "if-none-match": headers.get("etag") ?? "" } };

  const held = ask("/api/snapshot?wait=300", init);
  assert.equal(await clock.asleep(), 300_000);
  await publish(snapshotText("two"));
  assert.deepEqual([(await held).status, (await held).text], [200, snapshotText("two")]);

  await publish(snapshotText("one"));
  const late = ask("/api/snapshot?wait=20", init);
  assert.equal(await clock.asleep(), 20_000);
  clock.advance(20_000);
  assert.equal((await late).status, 304);
});

Deno.test("?wait= holds the 404 too when nothing has been harvested yet", async () => {
  await using directory = await testDirectory();
  const { ask, publish, clock } = await setUp(directory);

  const late = ask("/api/snapshot?wait=5", { headers: BEARER });
  await clock.asleep();
  clock.advance(5_000);
  assert.equal((await late).status, 404);
  const held = ask("/api/snapshot?wait=5", { headers: BEARER });
  await clock.asleep();
  await publish(snapshotText("one"));

  assert.equal((await held).status, 200);
});

Deno.test("?wait= answers 401 when the token was rotated while the request was held", async () => {
  await using directory = await testDirectory();
  const { ask, publish, clock } = await setUp(directory);

  const held = ask("/api/snapshot?wait=60", { headers: BEARER });
  await clock.asleep();
  await directory.put("token", "rotated\n");
  await publish(snapshotText("one"));

  assert.equal((await held).status, 401);
});

Deno.test("?wait= lets everybody go when the store is closed or the client leaves", async () => {
  await using directory = await testDirectory();
  const { api, ask, publish, clock, store, answers } = await setUp(directory);
  await publish(snapshotText("one"));
  const etag = store.current()?.etag ?? "";
  const leaving = new AbortController();
  const headers = { ...BEARER, "if-none-match": etag };

  const left = api(
    new Request("http://pod/api/snapshot?wait=60", { headers, signal: leaving.signal }),
  );
  await clock.asleep();
  leaving.abort();
  await (await left).body?.cancel();
  assert.equal(store.waiterCount(), 0);
  const held = ask("/api/snapshot?wait=60", { headers });
  await clock.asleep();
  store.close();

  assert.equal((await held).status, 304);
  assert.equal((await ask("/api/snapshot?wait=60", { headers })).status, 304);
  assert.deepEqual(answers.map((answer) => answer.split(" ")[1]), ["gone", "304", "304"]);
});

const SUBJECTS = {
  alice: { tokens: ["a"], sites: ["example.com"] },
  bob: { tokens: ["b"], sites: ["example.org"] },
};
const ALICE = { authorization: "Bearer a" };
const BOB = { authorization: "Bearer b" };

function cookieNames(text: string): readonly string[] {
  return JSON.parse(text).cookies.map(({ name }: { name: string }) => name);
}

Deno.test("GET /api/snapshot gives each subject its own part, under its own tag", async () => {
  await using directory = await testDirectory();
  const { ask, publish } = await setUp(directory, { subjects: SUBJECTS });
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
  const { ask, publish } = await setUp(directory);
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

Deno.test("?wait= holds a subject while only others have news", async () => {
  await using directory = await testDirectory();
  const { ask, publish, clock, store } = await setUp(directory, { subjects: SUBJECTS });
  await publish(hostsText({ "example.com": "1", "example.org": "1" }));
  const first = await ask("/api/snapshot", { headers: ALICE });
  const headers = { ...ALICE, "if-none-match": first.headers.get("etag") ?? "" };

  const held = ask("/api/snapshot?wait=60", { headers });
  await clock.asleep();
  await publish(hostsText({ "example.com": "1", "example.org": "2" }));
  await clock.asleep();
  assert.equal(store.waiterCount(), 1);
  await publish(hostsText({ "example.com": "2", "example.org": "2" }));

  const { status, text } = await held;
  assert.deepEqual([status, cookieNames(text)], [200, ["example.com"]]);
});

Deno.test("?wait= answers at once when the grant changes or the token is taken away", async () => {
  await using directory = await testDirectory();
  const { ask, publish, clock, putSubjects } = await setUp(directory, { subjects: SUBJECTS });
  await publish(hostsText({ "example.com": "1", "example.org": "1" }));
  const hold = async (headers: Record<string, string>) => {
    const first = await ask("/api/snapshot", { headers });
    const known = { ...headers, "if-none-match": first.headers.get("etag") ?? "" };
    const held = ask("/api/snapshot?wait=60", { headers: known });
    await clock.asleep();
    return held;
  };

  const [alice, bob] = [hold(ALICE), hold(BOB)];
  await clock.asleep();
  await putSubjects({ alice: { tokens: ["a"], sites: ["example.com", "example.org"] } });

  assert.deepEqual(cookieNames((await alice).text), ["example.com", "example.org"]);
  assert.equal((await bob).status, 401);
});

Deno.test("GET /api/sites answers rows of what the subject may have, and never a value", async () => {
  await using directory = await testDirectory();
  const { ask, publish } = await setUp(directory, { subjects: SUBJECTS });
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
  const { ask, publish, store } = await setUp(directory, { hasToken: false });
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
