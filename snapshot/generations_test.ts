/**
 * The snapshot directory: what is kept and what comes back.
 *
 * @module
 */
import assert from "node:assert/strict";
import { denoFiles, type FileEffects } from "../core/atomic_file.ts";
import { systemClock } from "../core/clock.ts";
import {
  assertConsistent,
  numbersOf as numbers,
  openForTest as open,
  publishText as publish,
  readerSees,
} from "../tests/support/generations_fixture.ts";
import { recordLog, snapshotText, testDirectory } from "../tests/support/snapshot_fixture.ts";
import { openGenerations } from "./generations.ts";

Deno.test("openGenerations() writes generations, a manifest and keeps the last few", async () => {
  await using home = await testDirectory();
  const generations = await open(home.path);

  for (const seed of ["a", "b", "b", "c", "d"]) await publish(generations, snapshotText(seed));

  assert.deepEqual(await numbers(generations), [2, 3, 4]);
  assert.equal(readerSees(home.path), snapshotText("d"));
  await assertConsistent(home.path);
  const manifest = await Deno.readTextFile(`${home.path}/manifest.json`);
  assert.equal((Deno.statSync(`${home.path}/manifest.json`).mode ?? 0) & 0o777, 0o600);
  assert.ok(!manifest.includes('"value"'));
});

Deno.test("openGenerations() notes the browser that confirmed an unchanged generation", async () => {
  await using home = await testDirectory();
  const generations = await open(home.path);

  await publish(generations, snapshotText("a"), "run-1");
  const outcome = await publish(generations, snapshotText("a"), "run-2");

  assert.equal(outcome.kind, "unchanged");
  const { current } = await generations.list();
  assert.deepEqual([current?.entry.number, current?.entry.browser?.id], [1, "run-2"]);
});

Deno.test("openGenerations() keeps a refusal until something is published", async () => {
  await using home = await testDirectory();
  const generations = await open(home.path);
  await publish(generations, snapshotText("a"));
  const refusal = {
    rule: "empty_jar" as const,
    sites: [{ site: "example.com", cookies: 1, origins: 0 }],
    text: "Refused",
  };

  const first = await generations.publish(() => ({ kind: "refuse", refusal }));
  const second = await generations.publish(() => ({ kind: "refuse", refusal }));

  assert.deepEqual(second, first);
  assert.equal((await generations.list()).manifest.lastRefusal?.rule, "empty_jar");
  assert.equal(readerSees(home.path), snapshotText("a"));
  await publish(generations, snapshotText("a"));
  assert.equal((await generations.list()).manifest.lastRefusal, null);
});

Deno.test("restore() publishes an earlier generation again as a new one", async () => {
  await using home = await testDirectory();
  const generations = await open(home.path);
  await publish(generations, snapshotText("a"), "run-1");
  await publish(generations, snapshotText("b"), "run-2");

  const outcome = await generations.restore(1);

  assert.equal(readerSees(home.path), snapshotText("a"));
  assert.equal(outcome.kind === "written" && outcome.generation, 3);
  const { current } = await generations.list();
  assert.deepEqual([current?.entry.restoredFrom, current?.entry.browser?.id], [1, "run-1"]);
  await assertConsistent(home.path);
});

Deno.test("restore() names what is there when the generation is not", async () => {
  await using home = await testDirectory();
  const generations = await open(home.path);
  await assert.rejects(generations.restore(1), {
    message: "Cannot restore generation 1: it is not there, there is no generation",
  });
  await publish(generations, snapshotText("a"));
  await publish(generations, snapshotText("b"));
  await Deno.writeTextFile(`${home.path}/generations/0000000001.json`, "damaged");

  await assert.rejects(generations.restore(7), {
    message: "Cannot restore generation 7: it is not there, there are 1, 2 (current)",
  });
  await assert.rejects(generations.restore(1), /its file is damaged/);
});

Deno.test("openGenerations() puts the last good generation back when the snapshot is garbage", async () => {
  await using home = await testDirectory();
  const generations = await open(home.path);
  await publish(generations, snapshotText("a"));
  await publish(generations, snapshotText("b"));
  for (const garbage of ["", "{", snapshotText("b").slice(0, 40), "\x00\xff", "[]"]) {
    await home.put("storage-state.json", garbage);
    const { log, lines } = recordLog();

    await openGenerations({ dir: home.path, keep: 2, clock: systemClock, log });

    assert.equal(readerSees(home.path), snapshotText("b"));
    assert.match(lines.join("\n"), /put back the last good generation/);
  }
  await Deno.writeTextFile(`${home.path}/generations/0000000002.json`, "damaged");
  await home.put("storage-state.json", "{");
  assert.deepEqual(await numbers(await open(home.path)), [1]);
  assert.equal(readerSees(home.path), snapshotText("a"));
});

Deno.test("openGenerations() takes over a directory without a manifest, or with a broken one", async () => {
  await using home = await testDirectory();
  const first = await open(home.path);
  for (const seed of ["a", "b"]) await publish(first, snapshotText(seed));
  for (const manifest of [undefined, "{", '{"version":2}']) {
    if (manifest === undefined) await Deno.remove(`${home.path}/manifest.json`);
    else await home.put("manifest.json", manifest);

    const { current } = await (await open(home.path)).list();

    assert.deepEqual([current?.entry.number, current?.entry.browser], [2, null]);
    await assertConsistent(home.path);
  }
  await home.put("storage-state.json", snapshotText("from elsewhere"));
  assert.deepEqual(await numbers(await open(home.path)), [1, 2, 3]);
  await assertConsistent(home.path);
});

Deno.test("remember() says once that it cannot, and leaves publishing alone", async () => {
  await using home = await testDirectory();
  const { log, lines } = recordLog();
  const create: FileEffects["create"] = (path, mode) =>
    path.includes("known-origins")
      ? Promise.reject(new Error("No space left on device (os error 28)"))
      : denoFiles.create(path, mode);
  const files = { ...denoFiles, create };
  const generations = await openGenerations({ dir: home.path, clock: systemClock, files, log });

  await generations.remember(["https://example.com"]);
  await generations.remember(["https://example.com"]);
  await publish(generations, snapshotText("a"));

  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /Cannot write ".*known-origins\.json": No space left on device/);
  assert.deepEqual(await generations.knownOrigins(), []);
  assert.equal(readerSees(home.path), snapshotText("a"));
});

Deno.test("openGenerations() leaves a removed snapshot removed, and can restore it", async () => {
  await using home = await testDirectory();
  await publish(await open(home.path), snapshotText("a"));
  await Deno.remove(`${home.path}/storage-state.json`);

  const generations = await open(home.path);

  assert.equal(readerSees(home.path), undefined);
  await generations.restore(1);
  assert.equal(readerSees(home.path), snapshotText("a"));
});
