/**
 * A command line, its help and its mistakes, the same way in every program.
 *
 * @module
 */
import { Command, CommanderError } from "@commander-js/extra-typings";
import type { z } from "zod";
import { describeEnv } from "./env.ts";
import { Fault } from "./fault.ts";

/** What `--help` says beyond the options. */
export interface CommandHelp {
  /** The program's name, as it is typed. */
  name: string;
  /** What it does, in a sentence. */
  description: string;
  /** Lines a person can copy, each with what it does. */
  examples: readonly (readonly [line: string, does: string])[];
  /** The variables it reads. */
  env?: z.ZodObject;
  /** What its exit codes mean. */
  exitCodes?: Readonly<Record<number, string>>;
}

/**
 * A commander command that prints help with examples, variables and exit codes, and that throws
 * instead of ending the process.
 *
 * @example A program with one flag
 * ```ts
 * import { defineCommand, parseCommand } from "./command.ts";
 *
 * const command = defineCommand({
 *   name: "greet",
 *   description: "Greet somebody",
 *   examples: [["greet --loud", "greet loudly"]],
 * }).option("--loud", "speak up");
 * parseCommand(command, ["--loud"]);
 * console.assert(command.opts().loud === true);
 * ```
 */
export function defineCommand(help: CommandHelp): Command {
  const command = new Command(help.name)
    .description(help.description)
    .helpOption("-h, --help", "show this help")
    .showHelpAfterError(false)
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
    .exitOverride()
    .addHelpText("after", () => afterText(help));
  return command;
}

/** The outcome of parsing: go on, or the help was shown and the program is done. */
export type ParseOutcome = "run" | "done";

/**
 * Parses arguments into a command.
 *
 * @param command From {@linkcode defineCommand}, with its options.
 * @param args Without the program's name.
 * @returns `done` when `--help` was asked for and printed.
 * @throws {Fault} With code `usage` when the arguments are wrong.
 */
export function parseCommand(
  command: { parse(args: readonly string[], options: { from: "user" }): unknown; name(): string },
  args: readonly string[],
): ParseOutcome {
  try {
    command.parse(args, { from: "user" });
    return "run";
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return "done";
    throw usageFault(error.message, command.name());
  }
}

/** The fault of a wrong command line; its sentence ends with where help is. */
export function usageFault(message: string, program: string): Fault {
  const text = message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ").replace(/\.$/, "");
  return new Fault(`${text.charAt(0).toUpperCase()}${text.slice(1)} (see "${program} --help")`, {
    code: "usage",
  });
}

function afterText(help: CommandHelp): string {
  const parts = [section("Examples", help.examples.map(([line, does]) => [line, does]))];
  if (help.env !== undefined) {
    parts.push(section(
      "Environment",
      describeEnv(help.env).map(({ name, fallback, description }) => [
        fallback === undefined ? name : `${name}=${fallback}`,
        description,
      ]),
    ));
  }
  if (help.exitCodes !== undefined) {
    parts.push(section("Exit codes", Object.entries(help.exitCodes)));
  }
  return parts.join("");
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(44, Math.max(...rows.map(([left]) => left.length)));
  const lines = rows.map(([left, right]) =>
    left.length > width
      ? `  ${left}\n  ${" ".repeat(width)}  ${right}`
      : `  ${left.padEnd(width)}  ${right}`
  );
  return `\n${title}:\n${lines.join("\n")}\n`;
}
