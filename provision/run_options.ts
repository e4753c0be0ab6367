/**
 * What a run of the provisioner can be told, by its command line and its environment.
 *
 * @module
 */
import type { z } from "zod";
import { type CommandHelp, defineCommand, parseCommand, usageFault } from "../core/command.ts";
import { choiceVariable, pathVariable } from "../core/env.ts";
import { shownValue } from "../core/text_fault.ts";
import { VAULT_ENV } from "./secrets/vault_env.ts";

/** Where the files of a box are. */
export const CONFIG = "/etc/hearth";

/** The variables of a run. */
export const PROVISION_ENV: z.ZodObject<
  typeof VAULT_ENV.shape & {
    HEARTH_OFFLINE: z.ZodType<"0" | "1">;
    HEARTH_TEXTFILE: z.ZodType<string | undefined>;
  }
> = VAULT_ENV.extend({
  HEARTH_OFFLINE: choiceVariable(
    ["0", "1"],
    "0",
    "1: leave Claude's installer to another run, as the hourly pass does",
  ),
  HEARTH_TEXTFILE: pathVariable(
    "a file for node_exporter's textfile collector, beside the state's own",
  ),
});

/** What a run was asked for. */
export interface RunOptions {
  /** The directory of the box's files. */
  readonly config: string;
  /** The one user it is about; everybody where it is `undefined`. */
  readonly user: string | undefined;
  /** Whether `host` touches nothing. */
  readonly isPlan: boolean;
  /** Whether what is right already is listed, too. */
  readonly isVerbose: boolean;
  /** Whether it reports to a machine. */
  readonly isJson: boolean;
  /** How long it waits for another run, in milliseconds. */
  readonly waitMs: number;
}

/**
 * Reads the command line of a run.
 *
 * @param args Without the subcommand's name.
 * @param help What its help says.
 * @param kind `plan` touches nothing, so it waits for nobody; `host` is about no user.
 * @returns `undefined` where only its help was asked for.
 * @throws {Fault} With code `usage`.
 */
export function parseRun(
  args: readonly string[],
  help: CommandHelp,
  kind: "plan" | "apply" | "host",
): RunOptions | undefined {
  const command = defineCommand({ ...help, env: PROVISION_ENV })
    .option("--config <directory>", "where roster.yaml and its companions are", CONFIG)
    .option("--verbose", "also what is right already")
    .option("--json", "one JSON object a line");
  if (kind === "host") command.option("--plan", "touch nothing; print what would change");
  else command.option("--user <account>", "this user alone");
  if (kind !== "plan") {
    command.option("--wait <seconds>", "how long to let another run finish that changes things");
  }
  if (parseCommand(command, args) === "done") return undefined;
  const { config, verbose = false, json = false, user, plan = false, wait = "0" } = command
    .opts() as ReturnType<typeof command.opts> & { user?: string; plan?: boolean; wait?: string };
  if (!/^\d{1,5}$/.test(wait)) {
    throw usageFault(`--wait is ${shownValue(wait)}, must be a number of seconds`, help.name);
  }
  const waitMs = Number(wait) * 1_000;
  return { config, user, isPlan: plan, isVerbose: verbose, isJson: json, waitMs };
}
