/**
 * A program of the machine, run to its end for what it prints.
 *
 * It is started by `setpriv`, which is all that the permission set has to name, and which gives up
 * root where a user's own files are looked at.
 *
 * @module
 */
import { DeadlineError } from "../../../core/deadline.ts";
import { errorText } from "../../../core/error_text.ts";
import { type CommandResult, runCommand } from "../../../core/process.ts";

const DEADLINE_MS = 60_000;

/** What timeout(1) ends with. */
const TIMED_OUT = 124;

/** A user, by numbers. */
export interface Identity {
  /** The user's number. */
  readonly uid: number;
  /** The group's number. */
  readonly gid: number;
}

/** How to run it. */
export interface ToolOptions {
  /** Another user to run it as. */
  readonly as?: Identity | undefined;
  /** The longest it may take, in milliseconds. @default {60000} */
  readonly deadlineMs?: number;
}

/**
 * Runs a program. That it is missing, fails or takes too long is a result, not an error.
 *
 * @param command Its path, or a name looked up in PATH.
 * @param args Its arguments; never a secret.
 * @param options As whom, and how long.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<CommandResult> {
  const { as, deadlineMs = DEADLINE_MS } = options;
  const identity = as === undefined
    ? []
    : [`--reuid=${as.uid}`, `--regid=${as.gid}`, "--clear-groups", "--no-new-privs"];
  try {
    return await runCommand(
      "/usr/bin/setpriv",
      ["--pdeathsig", "TERM", ...identity, "--", command, ...args],
      // A Ctrl-C that ended it would be taken for what it found.
      { deadlineMs, env: { LC_ALL: "C.UTF-8" }, detached: true },
    );
  } catch (error) {
    if (!(error instanceof DeadlineError) && !(error instanceof Deno.errors.NotFound)) throw error;
    return { code: TIMED_OUT, stdout: "", stderr: errorText(error) };
  }
}
