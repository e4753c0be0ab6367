/**
 * How long the parts of something take.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";

/** Gives, at each call, the milliseconds since the one before. */
export function laps({ clock }: { readonly clock: Clock }): () => number {
  let sinceMs = clock.monotonic();
  return () => {
    const [beforeMs, nowMs] = [sinceMs, clock.monotonic()];
    sinceMs = nowMs;
    return Math.round(nowMs - beforeMs);
  };
}
