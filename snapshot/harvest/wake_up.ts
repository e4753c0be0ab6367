/**
 * A sleep that events can end.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";

/** Something to wait on. */
export interface WakeUp {
  /** Ends the sleep that is going on, or the next one at once. */
  wake(): void;
  /** Resolves when woken, when the time is over, or when a signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Makes one that has not been woken. */
export function createWakeUp(clock: Clock): WakeUp {
  let waking = new AbortController();
  return {
    wake: () => waking.abort(),
    async sleep(ms, signal) {
      await clock.sleep(ms, AbortSignal.any([waking.signal, signal]));
      waking = new AbortController();
    },
  };
}
