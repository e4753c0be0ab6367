/**
 * A span of time in the largest unit that says something. The server and the page's script share it,
 * so that an age ticks on as it was written.
 *
 * @module
 */

/**
 * Says it.
 *
 * @param {number} spanMs Milliseconds; a negative one is none.
 * @returns {string} Such as `12 s` or `3 days`.
 */
export function spanText(spanMs) {
  const seconds = Math.max(0, Math.floor(spanMs / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}

/**
 * Says what is left of a time, or how long it is over.
 *
 * @param {"ago" | "left"} kind Which.
 * @param {number} atMs When, in milliseconds since the epoch.
 * @param {number} nowMs Now.
 * @returns {string} Such as `12 s ago`, or `3 days`.
 */
export function timeText(kind, atMs, nowMs) {
  if (kind === "ago") return `${spanText(nowMs - atMs)} ago`;
  return atMs <= nowMs ? "over" : spanText(atMs - nowMs);
}
