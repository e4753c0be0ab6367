/**
 * A program of several commands: which one is meant, and the help that lists them.
 *
 * @module
 */
import { type CommandHelp, defineCommand, parseCommand, usageFault } from "./command.ts";
import { nearestWord } from "./nearest_word.ts";
import type { ProgramContext } from "./program.ts";

/** One command of a program. */
export interface Subcommand {
  /** What it does, for the list of all. */
  readonly does: string;
  /** Runs it with the arguments behind its name. */
  readonly run: (context: ProgramContext) => Promise<number | void> | number | void;
}

/** What the help says, with the commands as they are run. */
export interface SubcommandsHelp extends Omit<CommandHelp, "commands"> {
  /** By name, in the order in which they are listed. */
  commands: Readonly<Record<string, Subcommand>>;
}

/**
 * Runs the command that the first argument names.
 *
 * @param context The program's.
 * @param help What there is.
 * @returns The command's exit code.
 * @throws {Fault} With code `usage` when there is no such command.
 */
export async function runSubcommand(
  context: ProgramContext,
  help: SubcommandsHelp,
): Promise<number | void> {
  const [name, ...args] = context.args;
  if (name !== undefined && Object.hasOwn(help.commands, name)) {
    return await help.commands[name]?.run({ ...context, args });
  }
  const commands = Object.fromEntries(
    Object.entries(help.commands).map(([name, { does }]) => [name, does]),
  );
  if (name === undefined) {
    throw usageFault(
      `The command is missing, must be one of ${Object.keys(commands).join(", ")}`,
      help.name,
    );
  }
  if (name.startsWith("-")) {
    if (parseCommand(defineCommand({ ...help, commands }), [name]) === "done") return;
  }
  const meant = nearestWord(name, Object.keys(commands));
  const hint = meant === undefined
    ? `, must be one of ${Object.keys(commands).join(", ")}`
    : `, did you mean "${meant}"?`;
  throw usageFault(`Unknown command "${name}"${hint}`, help.name);
}
