/**
 * How much processor time a process has used, read from `/proc` (proc_pid_stat(5)).
 *
 * @module
 */

/** Linux counts in hundredths of a second on every machine Deno runs on. */
const TICK_MS = 10;

/**
 * User and system time of all threads of a process, in milliseconds.
 *
 * @param pid A process that runs.
 */
export function processorMs(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; what follows its end does not.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
