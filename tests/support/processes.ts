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

/** Every process but zombies. */
export function runningProcesses(): readonly RunningProcess[] {
  const found: RunningProcess[] = [];
  for (const entry of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${entry.name}/stat`);
      // The name in parentheses may hold anything; what follows its end does not.
      const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z" || state === "X") continue;
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
