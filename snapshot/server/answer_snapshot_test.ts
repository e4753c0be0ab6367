/**
 * `?wait=`: how long a request is held, and what ends it.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  ALICE,
  BEARER,
  BOB,
  cookieNames,
  snapshotApi,
  SUBJECTS,
} from "../../tests/support/snapshot_api.ts";
import { hostsText, snapshotText, testDirectory } from "../../tests/support/snapshot_fixture.ts";

Deno.test("?wait= answers 400 with a sentence when it is no number in bounds", async () => {
  await using directory = await testDirectory();
  const { ask, publish } = await snapshotApi(directory);
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
  const { ask, publish } = await snapshotApi(directory);
  await publish(snapshotText("one"));

  const none = await ask("/api/snapshot?wait=300", { headers: BEARER });
  const old = await ask("/api/snapshot?wait=300", {
    headers: { ...BEARER, "if-none-match": '"old"' },
  });

  assert.deepEqual([none.status, old.status], [200, 200]);
});

Deno.test("?wait= answers the next snapshot when it comes in time, else 304", async () => {
  await using directory = await testDirectory();
  const { ask, publish, clock } = await snapshotApi(directory);
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
  const { ask, publish, clock } = await snapshotApi(directory);

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
  const { ask, publish, clock } = await snapshotApi(directory);

  const held = ask("/api/snapshot?wait=60", { headers: BEARER });
  await clock.asleep();
  await directory.put("token", "rotated\n");
  await publish(snapshotText("one"));

  assert.equal((await held).status, 401);
});

Deno.test("?wait= lets everybody go when the store is closed or the client leaves", async () => {
  await using directory = await testDirectory();
  const { api, ask, publish, clock, store, answers } = await snapshotApi(directory);
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

Deno.test("?wait= holds a subject while only others have news", async () => {
  await using directory = await testDirectory();
  const { ask, publish, clock, store } = await snapshotApi(directory, { subjects: SUBJECTS });
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
  const { ask, publish, clock, putSubjects } = await snapshotApi(directory, { subjects: SUBJECTS });
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
