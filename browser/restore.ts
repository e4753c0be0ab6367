/**
 * Whether Chromium should bring back the tabs and session cookies of its last run.
 *
 * It should, nearly always. But where a tab is what kills it, bringing the tab back kills it again.
 *
 * @module
 */

/** How many starts within {@linkcode WINDOW_MS} are too many to be chance. */
const STARTS = 4;
const WINDOW_MS = 5 * 60_000;

/**
 * Decides for a start that happens now.
 *
 * @param earlierStartsMs When it was started before, in milliseconds of a clock that never jumps,
 * oldest first.
 * @param nowMs The same clock now.
 */
export function shouldRestore(earlierStartsMs: readonly number[], nowMs: number): boolean {
  const reference = earlierStartsMs.at(-(STARTS - 1));
  return reference === undefined || nowMs - reference > WINDOW_MS;
}
