/**
 * The contract of a clock, for the machine's and for the one tests move by hand.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createFakeClock } from "../tests/support/fake_clock.ts";
import { type Clock, systemClock } from "./clock.ts";

const fake = createFakeClock();
const CLOCKS: readonly [string, Clock, <T>(work: Promise<T>) => Promise<T>][] = [
  ["systemClock", systemClock, (work) => work],
  ["the fake clock", fake, (work) => fake.runUntil(work)],
];

Deno.test.each(CLOCKS)("%s sleep() resolves when its time has passed", async (_, clock, run) => {
  const startMs = clock.monotonic();

  await run(clock.sleep(20));

  // A timer of the machine may fire a fraction of a millisecond early.
  assert.ok(clock.monotonic() - startMs >= 19);
});

Deno.test.each(CLOCKS)("%s sleep() resolves at once when aborted before", async (_, clock) => {
  const startMs = clock.monotonic();

  await clock.sleep(3_600_000, AbortSignal.abort());

  assert.ok(clock.monotonic() - startMs < 60_000);
});

Deno.test.each(CLOCKS)("%s sleep() resolves when aborted meanwhile", async (_, clock) => {
  const stopping = new AbortController();
  const startMs = clock.monotonic();

  const sleeping = clock.sleep(3_600_000, stopping.signal);
  stopping.abort(new Error("stop"));
  await sleeping;

  assert.ok(clock.monotonic() - startMs < 60_000);
});

Deno.test.each(CLOCKS)("%s sleep() wakes the shorter sleep first", async (_, clock, run) => {
  const woken: number[] = [];

  await run(Promise.all([200, 1, 100].map((ms) => clock.sleep(ms).then(() => woken.push(ms)))));

  assert.deepEqual(woken, [1, 100, 200]);
});

Deno.test.each(CLOCKS)(
  "%s now() moves with monotonic() when time passes",
  async (_, clock, run) => {
    const before = [clock.now(), clock.monotonic()] as const;

    await run(clock.sleep(30));

    const passed = [clock.now() - before[0], clock.monotonic() - before[1]] as const;
    assert.ok(passed[0] >= 28 && passed[1] >= 28, `${passed}`);
    assert.ok(clock.now() > Date.UTC(2020, 0));
  },
);

Deno.test("the fake clock stands still when nobody moves it", async () => {
  const clock = createFakeClock(1_000);

  const sleeping = clock.sleep(500);
  const leftMs = await clock.asleep();
  clock.advance(200);

  assert.deepEqual([leftMs, await clock.asleep(), clock.now()], [500, 300, 1_200]);
  clock.advance(300);
  await sleeping;
});
