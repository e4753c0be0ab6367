/**
 * A kill, a full disk and a read-only disk at every file-system step of a publication.
 *
 * @module
 */
import assert from "node:assert/strict";
import { denoFiles, type FileEffects } from "../core/atomic_file.ts";
import { startChild } from "../core/process.ts";
import {
  assertConsistent,
  BROWSER,
  openForTest as open,
  publishText as publish,
  readerSees,
} from "../tests/support/generations_fixture.ts";
import { snapshotText, testDirectory } from "../tests/support/snapshot_fixture.ts";
import { snippetArgs } from "../tests/support/snippet.ts";

/** File effects that stop for ever at a step, as a killed process does. */
function dyingAt(step: number): { files: FileEffects; steps: () => number } {
  let steps = 0;
  const mayGoOn = () => {
    if (steps++ >= step) throw new Error("killed");
  };
  const files: FileEffects = {
    async create(path, mode) {
      mayGoOn();
      const file = await denoFiles.create(path, mode);
      return {
        async write(bytes) {
          // Killed in the middle of a write, half of it is there.
          if (steps >= step) await file.write(bytes.subarray(0, bytes.length >> 1));
          mayGoOn();
          await file.write(bytes);
        },
        async sync() {
          mayGoOn();
          await file.sync();
        },
        close: () => file.close(),
      };
    },
    async chown(path, uid, gid) {
      mayGoOn();
      await denoFiles.chown(path, uid, gid);
    },
    async rename(from, to) {
      mayGoOn();
      await denoFiles.rename(from, to);
    },
    async remove(path) {
      mayGoOn();
      await denoFiles.remove(path);
    },
    async syncDirectory(path) {
      mayGoOn();
      await denoFiles.syncDirectory(path);
    },
  };
  return { files, steps: () => steps };
}

Deno.test("publish() shows the old or the new generation when it stops at any step", async () => {
  const seen = new Set<string>();
  for (let step = 0;; step++) {
    await using home = await testDirectory();
    const before = await open(home.path);
    for (const seed of ["1", "2", "3"]) await publish(before, snapshotText(seed));
    const { files, steps } = dyingAt(step);
    const dying = await open(home.path, files);

    const outcome = await publish(dying, snapshotText("4")).catch(() => undefined);

    const sees = readerSees(home.path);
    assert.ok(sees === snapshotText("3") || sees === snapshotText("4"), `step ${step}`);
    if (outcome !== undefined) {
      assert.equal(sees, snapshotText("4"));
      assert.ok(steps() <= step && step >= 16, `only ${step} steps`);
      break;
    }
    seen.add(sees);
    const after = await open(home.path);
    assert.equal(readerSees(home.path), sees, "a start changes nothing that is published");
    await assertConsistent(home.path);
    const { current } = await after.list();
    assert.deepEqual(current?.entry.browser, BROWSER, "what is known of it is not lost");
    await publish(after, snapshotText("5"));
    await assertConsistent(home.path);
  }
  assert.equal(seen.size, 2, "steps before and after the last rename were reached");
});

Deno.test("restore() and the mending of a start can themselves stop at any step", async () => {
  let isOver = false;
  for (let step = 0; !isOver; step++) {
    await using home = await testDirectory();
    const before = await open(home.path);
    for (const seed of ["1", "2", "3"]) await publish(before, snapshotText(seed));
    await home.put("storage-state.json", "garbage");
    await Deno.remove(`${home.path}/manifest.json`);
    try {
      await (await open(home.path, dyingAt(step).files)).restore(1);
      isOver = true;
    } catch {
      // Stopped, as it should: what counts is what the next one finds.
    }

    await open(home.path);

    const sees = readerSees(home.path);
    assert.ok(sees === snapshotText("3") || sees === snapshotText("1"), `step ${step}: ${sees}`);
    await assertConsistent(home.path);
  }
});

for (
  const [what, error] of [
    ["the disk is full", new Error("No space left on device (os error 28)")],
    ["the disk is read-only", new Error("Read-only file system (os error 30)")],
  ] as const
) {
  Deno.test(`publish() keeps the last generation when ${what} at any step`, async () => {
    let isOver = false;
    for (let step = 0; !isOver; step++) {
      await using home = await testDirectory();
      let steps = -1;
      const failing = async <T>(work: () => Promise<T>): Promise<T> => {
        if (steps >= 0 && steps++ === step) throw error;
        return await work();
      };
      const files: FileEffects = {
        ...denoFiles,
        create: (path, mode) => failing(() => denoFiles.create(path, mode)),
        rename: (from, to) => failing(() => denoFiles.rename(from, to)),
        syncDirectory: (path) => failing(() => denoFiles.syncDirectory(path)),
      };
      const generations = await open(home.path, files);
      await publish(generations, snapshotText("1"));
      steps = 0;

      isOver = await publish(generations, snapshotText("2")).then(() => true, () => false);

      const sees = readerSees(home.path);
      assert.ok(sees === snapshotText("1") || sees === snapshotText("2"), `step ${step}`);
      steps = -1;
      assert.notEqual((await publish(generations, snapshotText("3"))).kind, "refused");
      assert.equal(readerSees(home.path), snapshotText("3"), "the same harvester goes on");
      await assertConsistent(home.path);
    }
  });
}

/** Publishes for ever and kills itself for real, with SIGKILL, at a step that is given. */
const SUICIDAL = `
import { denoFiles } from "@root/core/atomic_file.ts";
import { systemClock } from "@root/core/clock.ts";
import { openGenerations } from "@root/snapshot/generations.ts";
const [dir, step] = Deno.args;
let steps = 0;
const mayGoOn = () => { if (steps++ >= Number(step)) Deno.kill(Deno.pid, "SIGKILL"); };
const step_ = (work) => (...args) => { mayGoOn(); return work(...args); };
const files = {
  ...denoFiles,
  async create(path, mode) {
    mayGoOn();
    const file = await denoFiles.create(path, mode);
    return { write: step_(file.write), sync: step_(file.sync), close: file.close };
  },
  rename: step_(denoFiles.rename),
  remove: step_(denoFiles.remove),
  syncDirectory: step_(denoFiles.syncDirectory),
};
const generations = await openGenerations({ dir, keep: 2, clock: systemClock, files });
const facts = { browser: null, cookies: 0, origins: 1, keptSessionCookies: [] };
for (let n = 0;; n++) {
  const origin = { origin: "https://example.com", localStorage: [{ name: "k", value: n + "x".repeat(1e5) }] };
  const bytes = new TextEncoder().encode(JSON.stringify({ cookies: [], origins: [origin] }));
  await generations.publish(() => ({ kind: "publish", bytes, facts }));
}
`;

Deno.test("publish() leaves a whole generation when its process is killed at any step", async () => {
  await using home = await testDirectory();
  // One publication has 15 steps, one that also prunes has 16; from there on they repeat.
  const steps = [0, 1, 2, 3, 4, 7, 9, 10, 12, 13, 14, 15, 50, 61, 62];
  for (const step of steps) {
    const killed = startChild({
      command: Deno.execPath(),
      args: snippetArgs(SUICIDAL, [home.path, String(step)]),
      onLine: () => {},
    });
    const { signal } = await killed.ended;
    assert.equal(signal, "SIGKILL");
    readerSees(home.path);

    const generations = await open(home.path);

    if (readerSees(home.path) === undefined) continue;
    await generations.list();
    await assertConsistent(home.path);
  }
  assert.ok(readerSees(home.path) !== undefined);
});
