import assert from "node:assert/strict";
import { systemClock } from "../../core/clock.ts";
import { createHealth } from "../../core/health.ts";
import { createFakeClock } from "../../tests/support/fake_clock.ts";
import { recordLog, snapshotText, testDirectory } from "../../tests/support/snapshot_fixture.ts";
import { createSnapshotStore } from "./snapshot_store.ts";

function setUp(path: string, maxBytes?: number) {
  const health = createHealth();
  const { log, lines } = recordLog();
  const store = createSnapshotStore({
    path,
    health,
    log,
    clock: systemClock,
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  const served = () => new TextDecoder().decode(store.current()?.bytes);
  const states = () => health.states().map(({ name, severity }) => `${severity} ${name}`);
  return { store, health, lines, served, states };
}

Deno.test("reload() takes the file's bytes when it is valid", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one"));
  const { store, served, states } = setUp(path);

  await store.reload();

  assert.equal(served(), snapshotText("one"));
  assert.match(store.current()?.etag ?? "", /^"[0-9a-f]{64}"$/);
  assert.deepEqual(states(), []);
});

Deno.test("reload() is an error without a snapshot when the file is not there yet", async () => {
  const { store, states } = setUp("/nonexistent/s.json");

  await store.reload();

  assert.equal(store.current(), undefined);
  assert.deepEqual(states(), ["error snapshot_missing"]);
});

const BROKEN: Record<string, string | Uint8Array> = {
  "is empty": "",
  "is torn": snapshotText("two").slice(0, -7),
  "is no JSON": "<html>",
  "is JSON of another shape": '{"cookies":{}}',
  "has one bad cookie": snapshotText("two").replace('"Lax"', '"lax"'),
  "is not UTF-8": new Uint8Array([0x22, 0xff, 0x22]),
  "has a byte order mark": `\uFEFF${snapshotText("two")}`,
  "is too large": snapshotText("two", 5_000),
};

for (const [what, content] of Object.entries(BROKEN)) {
  Deno.test(`reload() keeps the last good snapshot when the next one ${what}`, async () => {
    await using directory = await testDirectory();
    const path = await directory.put("s.json", snapshotText("one"));
    const { store, served, states, health, lines } = setUp(path, 4_000);
    await store.reload();

    await directory.put("s.json", content);
    await store.reload();
    await store.reload();

    assert.equal(served(), snapshotText("one"));
    assert.deepEqual(states(), ["error snapshot_invalid"]);
    assert.match(health.states()[0]?.text ?? "", /^Cannot use snapshot ".*": (it|cookies)/);
    assert.equal(store.failureCount(), 1);
    assert.equal(lines.filter((line) => line.includes("ERROR")).length, 1);

    await directory.put("s.json", snapshotText("three"));
    await store.reload();

    assert.equal(served(), snapshotText("three"));
    assert.deepEqual(states(), []);
  });
}

Deno.test("reload() warns and keeps the last good snapshot when the file is removed", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one"));
  const { store, served, states } = setUp(path);
  await store.reload();

  await Deno.remove(path);
  await store.reload();
  assert.equal(served(), snapshotText("one"));
  assert.deepEqual(states(), ["warning snapshot_missing"]);

  await directory.put("s.json", snapshotText("one"));
  await store.reload();
  assert.deepEqual(states(), []);
});

Deno.test("reload() is an error when the path is a directory", async () => {
  await using directory = await testDirectory();
  const { store, states } = setUp(directory.path);

  await store.reload();

  assert.deepEqual(states(), ["error snapshot_invalid"]);
});

Deno.test("reload() keeps the generation when another file has the same bytes", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one"));
  const { store } = setUp(path);
  await store.reload();
  const before = store.current();

  await directory.put("s.json", snapshotText("one"));
  await store.reload({ isForced: true });

  assert.equal(store.current(), before);
});

Deno.test("changed() resolves when a new generation is there, and never waits for a past one", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one"));
  const { store } = setUp(path);
  await store.reload();
  const first = store.current();
  const { signal } = new AbortController();

  const waiting = store.changed(first, { timeoutMs: 60_000, signal });
  assert.equal(store.waiterCount(), 1);
  await directory.put("s.json", snapshotText("two"));
  await store.reload();
  await waiting;
  await store.changed(first, { timeoutMs: 60_000, signal });

  assert.equal(store.waiterCount(), 0);
});

Deno.test("changed() lets go when time is over, the waiter has gone, or the store is closed", async () => {
  const clock = createFakeClock();
  const { log } = recordLog();
  const store = createSnapshotStore({ path: "/nonexistent/s", health: createHealth(), log, clock });
  const leaving = new AbortController();
  const { signal } = new AbortController();

  const late = store.changed(undefined, { timeoutMs: 1_000, signal });
  clock.advance(1_000);
  await late;
  const gone = store.changed(undefined, { timeoutMs: 1_000, signal: leaving.signal });
  leaving.abort();
  await gone;
  const closed = store.changed(undefined, { timeoutMs: 1_000, signal });
  store.close();
  await closed;
  await store.changed(undefined, { timeoutMs: 1_000, signal });

  assert.equal(store.waiterCount(), 0);
});
