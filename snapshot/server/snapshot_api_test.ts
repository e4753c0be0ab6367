import assert from "node:assert/strict";
import { createHealth } from "../../core/health.ts";
import { createFakeClock } from "../../tests/support/fake_clock.ts";
import { etagOf } from "../etag.ts";
import {
  recordLog,
  snapshotText,
  type TestDirectory,
  testDirectory,
} from "../../tests/support/snapshot_fixture.ts";
import { createSnapshotApi } from "./snapshot_api.ts";
import { createSnapshotStore } from "./snapshot_store.ts";
import { createTokenGate } from "./token_gate.ts";

const BEARER = { authorization: "Bearer s3cret" };

async function setUp(directory: TestDirectory, options: { hasToken?: boolean } = {}) {
  const clock = createFakeClock(Date.parse("2026-01-01T00:00:00Z"));
  const health = createHealth();
  const { log } = recordLog();
  const store = createSnapshotStore({ path: `${directory.path}/s.json`, health, log, clock });
  const file = options.hasToken === false ? undefined : await directory.put("token", "s3cret\n");
  const gate = await createTokenGate({ file, clock, health, log });
  const answers: string[] = [];
  const api = createSnapshotApi({
    store,
    gate,
    clock,
    onAnswer: (path, status) => answers.push(`${path} ${status}`),
  });
  async function ask(path: string, init: RequestInit = {}) {
    const response = await api(new Request(`http://pod:8088${path}`, init));
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
  async function publish(text: string) {
    await directory.put("s.json", text);
    await store.reload();
  }
  return { clock, store, ask, api, publish, answers };
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

  for (const path of ["/api/snapshot", "/healthz"]) {
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
