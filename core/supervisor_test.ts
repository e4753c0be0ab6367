/**
 * Real children under a clock that the test moves.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createFakeClock } from "../tests/support/fake_clock.ts";
import { withDeadline } from "./deadline.ts";
import { createHealth } from "./health.ts";
import { createLogger } from "./log.ts";
import { type Child, startChild } from "./process.ts";
import { supervise, type SuperviseOptions } from "./supervisor.ts";

/** Long enough for a busy machine; nothing waits for it to pass. */
const deadlineMs = 20_000;
const stableMs = 60_000;
const LIVES = "exec sleep 1000";

/** Starts a supervisor whose children run the scripts, one after the other, the last for ever. */
function superviseScripts(scripts: readonly string[], more: Partial<SuperviseOptions> = {}) {
  const clock = createFakeClock();
  const records: { level: string; msg: string }[] = [];
  const health = createHealth(clock.now);
  const log = createLogger({ component: "test", write: (line) => records.push(JSON.parse(line)) });
  const stopping = new AbortController();
  const children: (Child | undefined)[] = [];
  let starts = 0;
  const start = () => {
    const script = scripts[Math.min(starts, scripts.length - 1)] ?? "";
    starts += 1;
    return Promise.resolve(startChild({ command: "sh", args: ["-c", script], onLine() {} }));
  };
  const done = supervise({
    name: "display",
    start,
    onChild: (child) => children.push(child),
    stableMs,
    clock,
    log,
    health,
    ...more,
  }, stopping.signal);

  /** Waits for a sleep that is shorter than a stable life: the wait before the next start. */
  async function backoff(): Promise<number> {
    while (true) {
      const leftMs = await withDeadline(clock.asleep(), deadlineMs, "Falling asleep");
      if (leftMs < stableMs) return leftMs;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  /** Waits until the newest child lives, which is when its stable life is being timed. */
  async function alive(): Promise<Child> {
    while (true) {
      const leftMs = await withDeadline(clock.asleep(), deadlineMs, "Starting");
      const child = children.at(-1);
      if (leftMs >= stableMs && child !== undefined) return child;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  async function stop(): Promise<void> {
    stopping.abort();
    await withDeadline(done, deadlineMs, "Stopping");
  }
  return { clock, records, health, children, backoff, alive, stop, starts: () => starts };
}

Deno.test("supervise() starts the child again, after a wait, when it ends", async () => {
  const run = superviseScripts(["exit 7", LIVES]);

  const waitMs = await run.backoff();
  const startsBefore = run.starts();
  run.clock.advance(waitMs);
  await run.alive();

  assert.ok(waitMs >= 125 && waitMs <= 250, `${waitMs}`);
  assert.deepEqual([startsBefore, run.starts()], [1, 2]);
  assert.deepEqual(run.records.map(({ level, msg }) => [level, msg]), [
    ["warn", "display ended, starting it again"],
  ]);
  await run.stop();
});

Deno.test("supervise() says it once, loudly, when the child keeps dying", async () => {
  const run = superviseScripts(["kill -KILL $$"]);

  for (let death = 1; death <= 5; death++) run.clock.advance(await run.backoff());
  await run.backoff();

  assert.deepEqual(run.records.map(({ level }) => level), ["warn", "warn", "error"]);
  assert.deepEqual(run.health.states().map(({ name, severity, text }) => [name, severity, text]), [
    [
      "display_crashing",
      "error",
      "display keeps dying (6 times in a row, last: killed by SIGKILL)",
    ],
  ]);
  await run.stop();
});

Deno.test("supervise() waits longer when the child dies again and again", async () => {
  const run = superviseScripts(["exit 1"]);
  const waits: number[] = [];

  for (let death = 1; death <= 6; death++) {
    waits.push(await run.backoff());
    run.clock.advance(waits.at(-1) ?? 0);
  }

  for (const [at, waitMs] of waits.entries()) {
    const full = 250 * 2 ** at;
    assert.ok(waitMs >= full / 2 && waitMs <= full, `${waits}`);
  }
  await run.stop();
});

Deno.test("supervise() clears the state when the child has lived long enough", async () => {
  const run = superviseScripts(["exit 1", "exit 1", "exit 1", LIVES]);
  for (let death = 1; death <= 3; death++) run.clock.advance(await run.backoff());
  await run.alive();
  const whileYoung = run.health.isReady();

  run.clock.advance(stableMs);
  await Promise.resolve();

  assert.deepEqual([whileYoung, run.health.isReady()], [false, true]);
  await run.stop();
});

Deno.test("supervise() counts anew when the child that died had lived long enough", async () => {
  const run = superviseScripts(["exit 1", "exit 1", LIVES, LIVES]);
  for (let death = 1; death <= 2; death++) run.clock.advance(await run.backoff());
  const child = await run.alive();

  run.clock.advance(stableMs);
  child.kill("SIGKILL");
  const waitMs = await run.backoff();

  assert.ok(waitMs <= 250, `${waitMs}`);
  assert.ok(run.health.isReady());
  await run.stop();
});

Deno.test("supervise() counts a start that fails as a death", async () => {
  const run = superviseScripts([], {
    start: () => Promise.reject(new Error("no display is free")),
    alarmAfter: 1,
  });

  await run.backoff();

  assert.match(run.health.states()[0]?.text ?? "", /last: no display is free/);
  assert.deepEqual(run.children, []);
  await run.stop();
});

Deno.test("supervise() stops the child and resolves when it is aborted", async () => {
  const run = superviseScripts([LIVES]);
  const child = await run.alive();

  await run.stop();

  assert.deepEqual(await child.ended, { code: 143, signal: "SIGTERM" });
  assert.deepEqual(run.children, [child, undefined]);
  assert.deepEqual([run.starts(), run.records], [1, []]);
});

Deno.test("supervise() resolves at once when it is aborted while it waits", async () => {
  const run = superviseScripts(["exit 1"]);
  await run.backoff();

  await run.stop();

  assert.equal(run.starts(), 1);
});

Deno.test("supervise() stops a child that was starting when it was aborted", async () => {
  const starting = Promise.withResolvers<Child>();
  const run = superviseScripts([], { start: () => starting.promise });

  const stopped = run.stop();
  const child = startChild({ command: "sleep", args: ["1000"], onLine() {} });
  starting.resolve(child);

  await stopped;
  assert.equal((await child.ended).signal, "SIGTERM");
});
