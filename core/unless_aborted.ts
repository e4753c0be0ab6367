/**
 * Work that is given up when the program is asked to stop.
 *
 * @module
 */
import { Fault } from "./fault.ts";

/**
 * Waits for `work`, but not longer than until `signal` is aborted. The work itself is not stopped:
 * it ends with the program.
 *
 * Ctrl-C reaches the children of a program, too, so that work that ended meanwhile is no result.
 *
 * @param work The promise to wait for.
 * @param signal The program's.
 * @throws {Fault} With exit code 130 when it is aborted.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
  const onAbort = () => abort();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) abort();
  try {
    const result = await Promise.race([work.then((value) => ({ value })), aborted]);
    if (result === undefined || signal.aborted) {
      throw new Fault("Interrupted", { exitCode: 130 });
    }
    return result.value;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
