/**
 * The machine's processes, read from `/proc`.
 *
 * @module
 */

/** A process that runs. */
export interface RunningProcess {
  /** Its process id. */
  readonly pid: number;
  /** Its process group's id. */
  readonly group: number;
  /** Its command line, arguments separated by spaces. */
  readonly command: string;
}

/** Of the flags of `proc_pid_stat(5)`: it is on its way out. */
const EXITING = 0x4;
/** Of the signals there that are still to be taken: SIGKILL, after which a process does nothing. */
const KILLED = 1 << 8;

/** Every process but those that are dead, or have only to be cleared away. */
export function runningProcesses(): readonly RunningProcess[] {
  const found: RunningProcess[] = [];
  for (const entry of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${entry.name}/stat`);
      // The name in parentheses may hold anything; what follows its end does not.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const [state, , group] = fields;
      if (state === "Z" || state === "X") continue;
      if ((Number(fields[6]) & EXITING) !== 0 || (Number(fields[28]) & KILLED) !== 0) continue;
      const command = Deno.readTextFileSync(`/proc/${entry.name}/cmdline`);
      found.push({
        pid: Number(entry.name),
        group: Number(group),
        command: command.replaceAll("\0", " ").trim(),
      });
    } catch (error) {
      // It ended while it was looked at.
      if (!(error instanceof Deno.errors.NotFound) && !/os error 3\b/.test(String(error))) {
        throw error;
      }
    }
  }
  return found;
}

/** Sends a signal to a process that was seen a moment ago; one that has ended since is left alone. */
export function signalIfThere(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
