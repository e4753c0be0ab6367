/**
 * Work that many ask for at once and that each wants done after they asked, such as reading a file
 * again.
 *
 * @module
 */

/**
 * Makes a function that does the work, one run at a time. Who calls during a run gets the next one,
 * which everybody who called meanwhile shares: the run that is on may have looked already.
 *
 * @param work What is done.
 * @returns Asks for a run that begins now or later.
 */
export function freshRun(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;
  const start = () => running = work().finally(() => running = undefined);
  const startNext = () => {
    waiting = undefined;
    return start();
  };
  return () => {
    if (waiting !== undefined) return waiting;
    return running === undefined ? start() : waiting = running.then(startNext, startNext);
  };
}
