/**
 * Waits for the end of a process that is nobody's child here.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";

/**
 * Resolves when the process is gone, or dead and waiting for its parent to notice.
 *
 * @param pid Its id.
 * @param deadlineMs The longest wait, in milliseconds.
 */
export async function processEnd(pid: number, deadlineMs = 20_000): Promise<void> {
  const endMs = systemClock.monotonic() + deadlineMs;
  while (isRunning(pid)) {
    if (systemClock.monotonic() > endMs) throw new Error(`Process ${pid} still runs`);
    await systemClock.sleep(10);
  }
}

/** Whether a process runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  try {
    // The state is the first word after the name, which stands in brackets.
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    // No such directory, or the process ended while it was read.
    return false;
  }
}
