/**
 * Runs Deno's own tools: it is an npm client that is there wherever the provisioner is, knows the
 * machine's registry and its password, and refuses a tarball whose digest is not the locked one.
 *
 * @module
 */
import type { Outcome } from "../../item.ts";
import { DONE } from "../../item.ts";
import { printable } from "../../real/printable.ts";
import type { Identity, RunTool } from "../../real/run_tool.ts";

/** Not as itself but as a user: what runs so dies with the provisioner, and need not be let finish. */
export const MORTAL_ROOT: Identity = { user: "root", uid: 0, gid: 0, home: "/root" };

/** Deno is a download of a hundred megabytes at most away from its end. */
const DEADLINE_MS = 900_000;

/** How Deno is run. */
export interface RunDenoOptions {
  /** The Deno. */
  readonly deno: string;
  /** Its subcommand and its arguments. */
  readonly args: readonly string[];
  /** Where it works. */
  readonly cwd: string;
  /** Its variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a subcommand to its end; it dies with the provisioner. */
export async function runDeno(runTool: RunTool, options: RunDenoOptions): Promise<Outcome> {
  const { deno, args, cwd, env } = options;
  const { trouble, stderr } = await runTool({
    command: "/usr/bin/env",
    args: [`--chdir=${cwd}`, deno, ...args],
    as: MORTAL_ROOT,
    env,
    deadlineMs: DEADLINE_MS,
  });
  if (trouble === undefined) return DONE;
  // The first line names what failed; those after it say why.
  const lines = stderr.split("\n").map((line) => printable(line).trim())
    .filter((line) => line !== "" && !/^(?:Stack backtrace|\d+: <unknown>|Download )/.test(line));
  const error = lines.slice(0, 4).join("; ").slice(0, 600) || trouble;
  return { isDone: false, error, isRefused: /checksum did not match/i.test(stderr) };
}
