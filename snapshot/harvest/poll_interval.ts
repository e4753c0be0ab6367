/**
 * How often to ask for the cookies: no event tells of them, and asking is not free.
 *
 * @module
 */

/** What the interval depends on. */
export interface PollFacts {
  /** How long ago the person, a page or a cookie did something, in milliseconds. */
  readonly quietMs: number;
  /** What the last question cost, in milliseconds. */
  readonly costMs: number;
}

/** Activity this recent makes a login likely. */
const ACTIVE_MS = 15_000;

/**
 * The wait until the next question, in milliseconds: a fifth of a core at most while something is
 * going on, and about a hundredth, within half a second and five, while nothing is.
 */
export function pollIntervalMs({ quietMs, costMs }: PollFacts): number {
  if (quietMs < ACTIVE_MS) return Math.min(2_000, Math.max(200, costMs * 5));
  return Math.min(5_000, Math.max(500, costMs * 100));
}
