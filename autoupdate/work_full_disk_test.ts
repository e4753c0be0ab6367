/**
 * A disk that fills up at every write.
 *
 * @module
 */
import assert from "node:assert/strict";
import { beginRollback } from "./begin.ts";
import { DiskFull, type FakeBox } from "./box_fixture.ts";
import {
  assertMorning,
  box,
  isOffered,
  NEW,
  OLD,
  pointers,
  run,
  runThrough,
  THREE,
} from "./work_fixture.ts";

/** One process on a disk that may be full. */
async function runOnFullDisk(box: FakeBox): Promise<void> {
  if (!isOffered(box)) return;
  try {
    await run(box);
  } catch (error) {
    if (!(error instanceof DiskFull)) throw error;
  }
}

/** Begins a way back from a good build that somebody asked for. */
async function askBack(box: FakeBox): Promise<void> {
  await runThrough(box);
  const copies = new Map([...box.users.keys()].map((user) => [user, box.copyOf(user) ?? ""]));
  const [effects, state] = [box.effects(), box.journal()];
  const [instances, pointers] = [await effects.instances(), await effects.pointers.all()];
  const way = { to: OLD, why: "a test", copies };
  await effects.save(beginRollback(state, { instances, pointers }, way, 1));
}

const FULL_FLAWS = ["none", "gate", "front-door", "own-data", "soak", "loses-rows"] as const;

for (const flaw of [...FULL_FLAWS, "asked back"] as const) {
  const isAsked = flaw === "asked back";
  const begin = async (): Promise<FakeBox> => {
    const made = box(isAsked ? "none" : flaw, THREE, OLD);
    if (isAsked) await askBack(made);
    return made;
  };
  for (const nights of [0, 3]) {
    const how = nights === 0 ? "one write" : "every write from one on";
    Deno.test(`work() leaves a good morning when ${how} finds the disk full ("${flaw}")`, async () => {
      const whole = await begin();
      const before = whole.writes;
      await runThrough(whole);
      const writes = whole.writes - before;
      assert.ok(writes > 4);

      for (let at = 1; at <= writes; at++) {
        const detail = `the disk is full at write ${at} of ${writes}`;
        const full = await begin();
        full.fullAt(at, nights === 0 ? at + 1 : Infinity);
        await runOnFullDisk(full);
        for (let night = 0; night < nights; night++) {
          assert.deepEqual(full.brokenUsers(), [], detail);
          await runOnFullDisk(full);
        }
        full.fullAt(Infinity, Infinity);
        for (let night = 0; night < 3; night++) await runOnFullDisk(full);
        assertMorning(full, isAsked ? "none" : flaw, detail);
        const end = isAsked || flaw !== "none" ? OLD : NEW;
        const { skipped, waitingSince } = full.journal();
        // Who could not be copied meanwhile waits, as who was busy does.
        if (Object.keys(waitingSince).length === 0) {
          assert.deepEqual(pointers(full), [end, end, end], detail);
          assert.equal(skipped[NEW] !== undefined, end === OLD, detail);
        }
        if (end === NEW) assert.deepEqual(skipped, {}, detail);
      }
    });
  }
}
