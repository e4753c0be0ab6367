import assert from "node:assert/strict";
import { systemClock } from "../core/clock.ts";
import { createLogger } from "../core/log.ts";
import type { Part } from "./parts.ts";
import { startPipeline } from "./pipeline.ts";

const never = new AbortController().signal;

function shell(name: string, script: string, stopOrder = 1): Part {
  return {
    name,
    command: "/bin/sh",
    args: ["-c", script],
    env: {},
    ready: /^ready/,
    stopOrder,
  };
}

function start(parts: readonly Part[], lines: string[] = [], signal = never, readyMs = 20_000) {
  return startPipeline({
    parts,
    onLine: (name, line) => lines.push(`${name} ${line}`),
    onReady: (name) => lines.push(`${name} is up`),
    readyMs,
    clock: systemClock,
    log: createLogger({ component: "test", write() {} }),
  }, signal);
}

const SERVE = "trap 'echo stopped; exit 0' TERM; echo ready; while :; do sleep 0.05; done";

Deno.test("startPipeline() starts in order and stops in order", async () => {
  const lines: string[] = [];
  const pipeline = await start([shell("browser", SERVE, 2), shell("mcp", SERVE, 1)], lines);

  await pipeline.stop();

  assert.deepEqual(lines, [
    "browser ready",
    "browser is up",
    "mcp ready",
    "mcp is up",
    "mcp stopped",
    "browser stopped",
  ]);
});

Deno.test("startPipeline() stops what runs when a later part does not come up", async (t) => {
  const cases: readonly [string, Part, number, RegExp][] = [
    [
      "it dies every time",
      shell("bad", "echo 1; echo 2; echo broken; exit 1"),
      20_000,
      /^bad did not come up: it ended 3 times\n {2}1\n {2}2\n {2}broken$/,
    ],
    [
      "its configuration is wrong",
      shell("bad", "echo 'PORT is wrong'; exit 2"),
      20_000,
      /^bad did not come up: it does not accept its configuration\n {2}PORT is wrong$/,
    ],
    [
      "it never says that it works",
      shell("bad", "exec sleep 100"),
      // The good one has to be ready in that time, too.
      3_000,
      /^bad did not come up: it was not ready after 3 s$/,
    ],
  ];
  for (const [name, part, readyMs, message] of cases) {
    await t.step(name, async () => {
      const lines: string[] = [];

      await assert.rejects(
        () => start([shell("good", SERVE), part], lines, never, readyMs),
        { message },
      );

      assert.equal(lines.at(-1), "good stopped");
    });
  }
});

Deno.test("startPipeline() gives up when it is interrupted", async () => {
  const interrupt = new AbortController();
  const lines: string[] = [];
  const starting = start(
    [shell("good", SERVE), shell("slow", "exec sleep 100")],
    lines,
    interrupt.signal,
  );
  const deadline = systemClock.monotonic() + 10_000;
  while (!lines.includes("good is up") && systemClock.monotonic() < deadline) {
    await systemClock.sleep(5);
  }

  interrupt.abort();

  await assert.rejects(() => starting, /Interrupted while starting/);
  assert.equal(lines.at(-1), "good stopped");
});
