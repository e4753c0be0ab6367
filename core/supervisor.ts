/**
 * Keeps a child alive: restarts it with backoff, and says loudly, once, when it keeps dying.
 *
 * @module
 */
import { backoffMs } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { errorText } from "./error_text.ts";
import type { HealthRegistry } from "./health.ts";
import type { Logger } from "./log.ts";
import type { Child, ChildEnd } from "./process.ts";

/** What to keep alive. */
export interface SuperviseOptions {
  /** A name for logs and for the health state `<name>_crashing`. */
  name: string;
  /** Starts the child, once what it needs is there; may throw, which counts as a death. */
  start: (signal: AbortSignal) => Promise<Child>;
  /** Called with each child that runs, and with `undefined` when it has ended. */
  onChild?: (child: Child | undefined) => void;
  /** How long the child may take to stop, in milliseconds. @default {3000} */
  stopMs?: number;
  /** A child that lived this long, in milliseconds, was healthy. @default {10000} */
  stableMs?: number;
  /** Deaths in a row that are one too many. @default {3} */
  alarmAfter?: number;
  /** Time. */
  clock: Clock;
  /** Log of the supervising program. */
  log: Logger;
  /** Health of the supervising program. */
  health: HealthRegistry;
}

/**
 * Runs until `signal` is aborted, then stops the child and resolves.
 *
 * @param options The child and its bounds.
 * @param signal Aborted when the child should stop for good.
 */
export async function supervise(options: SuperviseOptions, signal: AbortSignal): Promise<void> {
  const { name, start, onChild, clock, log, health } = options;
  const { stopMs = 3_000, stableMs = 10_000, alarmAfter = 3 } = options;
  const state = `${name}_crashing`;
  let deaths = 0;
  while (!signal.aborted) {
    const startedMs = clock.monotonic();
    const how = await liveOnce();
    if (signal.aborted) break;
    deaths = clock.monotonic() - startedMs >= stableMs ? 1 : deaths + 1;
    const waitMs = backoffMs(deaths);
    if (deaths < alarmAfter) log.warn(`${name} ended, starting it again`, { how, waitMs });
    if (deaths === alarmAfter) log.error(`${name} keeps dying`, { how, deaths, waitMs });
    if (deaths >= alarmAfter) {
      health.raise(state, "error", `${name} keeps dying (${deaths} times in a row, last: ${how})`);
    }
    await clock.sleep(waitMs, signal);
  }

  async function liveOnce(): Promise<string> {
    let child: Child;
    try {
      child = await start(signal);
    } catch (error) {
      return errorText(error);
    }
    const stop = () => void child.stop(stopMs);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const ended = new AbortController();
    void clock.sleep(stableMs, ended.signal).then(() => {
      if (!ended.signal.aborted) health.clear(state);
    });
    onChild?.(child);
    try {
      return endText(await child.ended);
    } finally {
      onChild?.(undefined);
      ended.abort();
      signal.removeEventListener("abort", stop);
    }
  }
}

function endText(end: ChildEnd): string {
  return end.signal === null ? `exit code ${end.code}` : `killed by ${end.signal}`;
}
