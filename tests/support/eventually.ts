/**
 * Waits for something that gives no event of its own.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";

/**
 * Looks until `look` gives something other than `undefined` or `false`.
 *
 * @param what What is waited for, for the message.
 * @param look Looks once; what it throws counts as not yet.
 * @param deadlineMs The longest wait, in milliseconds.
 */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 60_000,
): Promise<T> {
  const lateMs = systemClock.monotonic() + deadlineMs;
  let last: unknown;
  while (true) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    if (systemClock.monotonic() > lateMs) {
      throw new Error(`${what} did not happen within ${deadlineMs} ms: ${last}`, { cause: last });
    }
    await systemClock.sleep(25);
  }
}
