/**
 * A clock that a test moves by hand. It passes the same contract test as the machine's clock
 * (`core/clock_test.ts`).
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /** Resolves once somebody sleeps, with the milliseconds left until the first one wakes. */
  asleep(): Promise<number>;
  /** Moves time forward, waking sleepers in order of their time. */
  advance(ms: number): void;
  /** Moves time forward, from one sleeper to the next, until `work` has ended. */
  runUntil<T>(work: Promise<T>): Promise<T>;
}

interface Sleeper {
  readonly wakeMs: number;
  readonly wake: () => void;
}

/**
 * Makes a clock that stands still.
 *
 * @param startMs Milliseconds since the epoch at its start.
 */
export function createFakeClock(startMs = 1_700_000_000_000): FakeClock {
  const sleepers = new Set<Sleeper>();
  let waiting = Promise.withResolvers<void>();
  let passedMs = 0;

  function first(): Sleeper | undefined {
    return [...sleepers].sort((a, b) => a.wakeMs - b.wakeMs)[0];
  }

  function advance(ms: number): void {
    const targetMs = passedMs + ms;
    for (let next = first(); next !== undefined && next.wakeMs <= targetMs; next = first()) {
      passedMs = Math.max(passedMs, next.wakeMs);
      next.wake();
    }
    passedMs = targetMs;
  }

  async function asleep(): Promise<number> {
    while (true) {
      const next = first();
      if (next !== undefined) return next.wakeMs - passedMs;
      await waiting.promise;
    }
  }

  return {
    now: () => startMs + passedMs,
    monotonic: () => passedMs,
    asleep,
    advance,
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper: Sleeper = { wakeMs: passedMs + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake, { once: true });
        waiting.resolve();
        waiting = Promise.withResolvers();
      });
    },
    async runUntil(work) {
      let hasEnded = false;
      const ended = work.finally(() => hasEnded = true).catch(() => {});
      while (!hasEnded) {
        const leftMs = await Promise.race([ended.then(() => undefined), asleep()]);
        if (leftMs !== undefined) advance(leftMs);
        // Lets whoever woke come to its next sleep or its end.
        await new Promise<void>((resolve) => queueMicrotask(resolve));
      }
      return await work;
    },
  };
}
