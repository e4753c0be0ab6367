/**
 * A promise that may not take for ever.
 *
 * @module
 */

/** Thrown when the work did not end in time. */
export class DeadlineError extends Error {
  /**
   * Names the work that was late.
   *
   * @param what The work, as in "What took longer than 500 ms".
   * @param deadlineMs The wait that was not enough, in milliseconds.
   */
  constructor(what: string, readonly deadlineMs: number) {
    super(`${what} took longer than ${deadlineMs} ms`);
    this.name = "DeadlineError";
  }
}

/**
 * Waits for `work`, but not longer than `deadlineMs`. The work itself is not stopped; pass it a
 * signal where it can be.
 *
 * @param work The promise to wait for.
 * @param deadlineMs The longest wait, in milliseconds.
 * @param what The work, for the message.
 * @throws {DeadlineError} When the deadline passes first.
 */
export async function withDeadline<T>(
  work: Promise<T>,
  deadlineMs: number,
  what: string,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(what, deadlineMs)), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
