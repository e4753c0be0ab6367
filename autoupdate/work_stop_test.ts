/**
 * Processes that are asked to stop, as by Ctrl-C or `systemctl stop`.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { FakeBox } from "./box_fixture.ts";
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

Deno.test("work() holds nothing against a build when it is asked to stop at any effect", async () => {
  const whole = box("none", THREE, OLD);
  await runThrough(whole);

  for (let at = 1; at <= whole.ticks; at++) {
    const detail = `asked to stop at effect ${at} of ${whole.ticks}`;
    const asked = box("none", THREE, OLD);
    for (let night = 0; night < 5 && isOffered(asked); night++) {
      await runUntilAsked(asked, night < 4 ? at : Infinity);
      assert.deepEqual([asked.brokenUsers(), asked.journal().skipped], [[], {}], detail);
    }
    assertMorning(asked, "none", detail);
    assert.deepEqual(pointers(asked), [NEW, NEW, NEW], detail);
  }
});

Deno.test("work() does again what a stop cut short of a user's way", async () => {
  const cut = box("none", THREE, OLD);
  const stopping = new AbortController();

  const left = await run(cut, ({ visit }) => ({
    // Ctrl-C ends what the updater started as well: here the look at ada's new version.
    async visit(instance, version, sizeBytes) {
      if (version !== NEW || stopping.signal.aborted) {
        return await visit(instance, version, sizeBytes);
      }
      stopping.abort();
      return { is: "bad", why: "no credential can be made: it was killed" };
    },
  }), stopping.signal);

  assert.equal(left.update?.users[0]?.step.at, "verified");
  assert.deepEqual(pointers(cut), [NEW, OLD, OLD]);
  assert.deepEqual([left.update?.attempts, left.skipped, cut.freezes], [0, {}, []]);
});

/** One process that is asked to stop at an effect. */
async function runUntilAsked(box: FakeBox, at: number): Promise<void> {
  const stopping = new AbortController();
  const last = box.ticks + at;
  await run(box, ({ save }) => ({
    async save(state) {
      await save(state);
      if (box.ticks >= last) stopping.abort();
    },
  }), stopping.signal);
}
