/**
 * How long to wait before trying again: exponential, capped, with jitter.
 *
 * @module
 */

/** Bounds of the wait. */
export interface BackoffOptions {
  /** The first wait, in milliseconds. @default {250} */
  firstMs?: number;
  /** The longest wait, in milliseconds. @default {30000} */
  maxMs?: number;
  /** A number from 0 to 1, as `Math.random` gives. @default {Math.random} */
  random?: () => number;
}

/**
 * The wait before attempt number `attempt + 1`: doubling from `firstMs` to `maxMs`, of which the
 * upper half is random, so that many clients of one restarted server do not return in step.
 *
 * @param attempt How many attempts have failed in a row, from 1.
 * @param options The bounds.
 * @returns Milliseconds.
 */
export function backoffMs(attempt: number, options: BackoffOptions = {}): number {
  const { firstMs = 250, maxMs = 30_000, random = Math.random } = options;
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full / 2 + random() * full / 2);
}
