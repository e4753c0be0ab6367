/**
 * The whole pipeline as processes of one machine: started in order, kept alive, stopped in order.
 *
 * It starts the root programs and knows nothing of their insides.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { Fault } from "../core/fault.ts";
import { createHealth } from "../core/health.ts";
import type { Logger } from "../core/log.ts";
import { type Child, startChild } from "../core/process.ts";
import { supervise } from "../core/supervisor.ts";
import type { Part } from "./parts.ts";

/** A pipeline that runs. */
export interface Pipeline {
  /** Stops every part, those nearest to the agent first. */
  stop(): Promise<void>;
}

/** What a pipeline is told while it runs. */
export interface PipelineOptions {
  /** The parts, in the order of their start. */
  parts: readonly Part[];
  /** Each line a part writes. */
  onLine: (name: string, line: string) => void;
  /** A part works; `afterMs` since the pipeline was started. */
  onReady: (name: string, afterMs: number) => void;
  /** The longest a part may take until it works, in milliseconds. @default {60000} */
  readyMs?: number;
  /** Time. */
  clock: Clock;
  /** Log, for parts that die. */
  log: Logger;
}

/** A part may not die before it works as often as a running one may. */
const MAX_EARLY_DEATHS = 3;
/** What a part said last is why it did not come up. */
const LAST_LINES = 3;

/**
 * Starts the parts one after the other, each once the one before it works.
 *
 * @param options The parts and whom to tell.
 * @param signal Aborted when the start should be given up.
 * @throws {Fault} When a part does not come up; then everything has been stopped again.
 */
export async function startPipeline(
  options: PipelineOptions,
  signal: AbortSignal,
): Promise<Pipeline> {
  const { parts, clock, onReady } = options;
  const startedMs = clock.monotonic();
  const running: { part: Part; stop: AbortController; done: Promise<void> }[] = [];

  async function stop(): Promise<void> {
    const orders = [...new Set(running.map(({ part }) => part.stopOrder))].sort((a, b) => a - b);
    for (const order of orders) {
      const group = running.filter(({ part }) => part.stopOrder === order);
      for (const one of group) one.stop.abort();
      await Promise.all(group.map(({ done }) => done));
    }
  }

  try {
    for (const part of parts) {
      const { ready, ...one } = runPart(part, options, signal);
      running.push({ part, ...one });
      await ready;
      onReady(part.name, clock.monotonic() - startedMs);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

interface RunningPart {
  readonly ready: Promise<void>;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Keeps a part alive, and tells when it first works or that it will not. */
function runPart(part: Part, options: PipelineOptions, giveUp: AbortSignal): RunningPart {
  const { clock, log, onLine, readyMs = 60_000 } = options;
  const stop = new AbortController();
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const said: string[] = [];
  let starts = 0;

  function fail(why: string): void {
    reject(new Fault([`${part.name} did not come up: ${why}`, ...said].join("\n  ")));
  }

  function start(): Promise<Child> {
    if (++starts > MAX_EARLY_DEATHS) fail(`it ended ${MAX_EARLY_DEATHS} times`);
    const child = startChild({
      command: part.command,
      args: part.args,
      env: { LOG_FORMAT: "text", ...part.env },
      onLine(line) {
        said.push(line);
        if (said.length > LAST_LINES) said.shift();
        onLine(part.name, line);
        if (part.ready.test(line)) resolve();
      },
    });
    // A configuration it does not like will not get better by starting again.
    child.ended.then(({ code }) => code === 2 && fail("it does not accept its configuration"));
    return Promise.resolve(child);
  }

  const timer = setTimeout(() => fail(`it was not ready after ${readyMs / 1_000} s`), readyMs);
  const interrupt = () => reject(new Fault("Interrupted while starting", { exitCode: 130 }));
  giveUp.addEventListener("abort", interrupt, { once: true });
  if (giveUp.aborted) interrupt();
  const settled = ready.catch(() => {
    // Whoever waits for `ready` is told.
  }).finally(() => {
    clearTimeout(timer);
    giveUp.removeEventListener("abort", interrupt);
  });
  const done = supervise({
    name: part.name,
    start,
    // More than the browser takes for itself, who closes Chromium first and then its screen.
    stopMs: 10_000,
    clock,
    log,
    health: createHealth(() => clock.now()),
  }, stop.signal);
  return { ready, stop, done: Promise.all([done, settled]).then(() => {}) };
}
