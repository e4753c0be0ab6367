/**
 * A command line, its help and its mistakes, the same way in every program.
 *
 * @module
 */
import { Command, CommanderError } from "@commander-js/extra-typings";
import type { z } from "zod";
import { describeEnv, type EnvDescription } from "./env.ts";
import { Fault } from "./fault.ts";

/** What `--help` says beyond the options. */
export interface CommandHelp {
  /** The program's name, as it is typed. */
  name: string;
  /** What it does, in a sentence. */
  description: string;
  /** More about it: paragraphs, as they are printed. */
  details?: readonly string[];
  /** Subcommands, each with what it does. */
  commands?: Readonly<Record<string, string>>;
  /** Lines a person can copy, each with what it does. */
  examples: readonly (readonly [line: string, does: string])[];
  /** The variables it reads. */
  env?: z.ZodObject;
  /** Files and directories, each with what it is. */
  files?: Readonly<Record<string, string>>;
  /** What its exit codes mean. */
  exitCodes?: Readonly<Record<number, string>>;
  /** Pages, each with what it tells. */
  seeAlso?: Readonly<Record<string, string>>;
}

/**
 * The one argument with which every command prints itself as JSON, a {@linkcode CommandDescription}.
 * Completion and the reference of the command line are made from that.
 */
export const DESCRIBE = "--describe";

/** A command line, for whoever is no person. */
export interface CommandDescription {
  /** As it is typed, with the words that lead to it: `hearth token new`. */
  readonly name: string;
  /** Subcommands, each with what it does. */
  readonly commands: Readonly<Record<string, string>>;
  /** Its options, `--help` among them. */
  readonly options: readonly OptionDescription[];
  /** What stands in the places of its arguments: `user` of `<user>`. */
  readonly arguments: readonly string[];
  /** The variables it reads. */
  readonly environment: readonly EnvDescription[];
  /** What `--help` prints. */
  readonly help: string;
}

/** An option. */
export interface OptionDescription {
  /** With its dashes: `--data`. */
  readonly name: string;
  /** The short one: `-h`. */
  readonly short?: string;
  /** What it sets. */
  readonly does: string;
  /** What its value is called: `dir` of `--data <dir>`; a flag has none. */
  readonly value?: string;
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
  const description = [help.description, ...help.details ?? []].join("\n\n");
  const command = new Command(help.name)
    .description(description)
    .helpOption("-h, --help", "show this help")
    .showHelpAfterError(false)
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
    .exitOverride()
    .addHelpText(
      "after",
      ({ command }) =>
        afterText(help, command.configureOutput().getOutHelpWidth?.() ?? DEFAULT_WIDTH),
    );
  if (help.commands !== undefined) command.usage("<command> [options]");
  HELP.set(command, help);
  return command;
}

/** What each command was made of. */
const HELP = new WeakMap<object, CommandHelp>();

/** The outcome of parsing: go on, or the help was shown and the program is done. */
export type ParseOutcome = "run" | "done";

/**
 * Parses arguments into a command.
 *
 * @param command From {@linkcode defineCommand}, with its options.
 * @param args Without the program's name.
 * @returns `done` when `--help` or {@linkcode DESCRIBE} was asked for and printed.
 * @throws {Fault} With code `usage` when the arguments are wrong.
 */
export function parseCommand(command: AnyCommand, args: readonly string[]): ParseOutcome {
  if (args.length === 1 && args[0] === DESCRIBE) {
    const { writeOut } = command.configureOutput();
    writeOut?.(`${JSON.stringify(describeCommand(command))}\n`);
    return "done";
  }
  try {
    command.parse(args, { from: "user" });
    return "run";
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return "done";
    throw usageFault(ourWords(error.message), command.name());
  }
}

/** A command, whatever options and arguments it was given. */
// deno-lint-ignore no-explicit-any -- commander's types tell one set of options from another
export type AnyCommand = Command<any[], any, any>;

/** What a command is, from its own definition. */
export function describeCommand(command: AnyCommand): CommandDescription {
  const shown: string[] = [];
  const { writeOut } = command.configureOutput();
  command.configureOutput({ writeOut: (text) => shown.push(text) }).outputHelp();
  command.configureOutput(writeOut === undefined ? {} : { writeOut });
  const { commands, env } = HELP.get(command) ?? {};
  const options = [...command.options, command.createOption("-h, --help", "show this help")];
  return {
    name: command.name(),
    commands: commands ?? {},
    options: options.map(({ long, short, flags, description }) => {
      const value = /[<[]([^\]>]+)[\]>]/.exec(flags)?.[1];
      return {
        name: long ?? "",
        ...(short ? { short } : {}),
        does: description,
        ...(value === undefined ? {} : { value }),
      };
    }),
    arguments: command.registeredArguments.map((argument) => argument.name()),
    environment: env === undefined ? [] : describeEnv(env),
    help: shown.join(""),
  };
}

/** What commander says, with values quoted as everywhere else. */
function ourWords(message: string): string {
  return message.replaceAll(/'([^']*)'/g, '"$1"')
    .replace(/\s*\(Did you mean one of ([^)]+)\?\)$/, ", did you mean one of $1?")
    .replace(/\s*\(Did you mean ([^)]+)\?\)$/, ', did you mean "$1"?')
    .replace(/ argument missing$/, " has no value, must have one")
    .replace(
      /^(error: )?Too many arguments.*\. Expected (\d+) arguments? but got (\d+): (.*?)\.?$/i,
      "$1Too many arguments: there are $3 ($4), must be at most $2",
    );
}

/** The fault of a wrong command line; its sentence ends with where help is. */
export function usageFault(message: string, program: string): Fault {
  const text = message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ").replace(/\.$/, "");
  return new Fault(`${text.charAt(0).toUpperCase()}${text.slice(1)} (see "${program} --help")`, {
    code: "usage",
  });
}

type Rows = readonly (readonly [left: string, right: string])[];

function afterText(help: CommandHelp, width: number): string {
  const { commands, examples, env, files, exitCodes, seeAlso } = help;
  const variables = env === undefined ? [] : describeEnv(env)
    .map(({ name, fallback, description }) =>
      [fallback === undefined ? name : `${name}=${fallback}`, description] as const
    );
  const sections = [
    ["Commands", Object.entries(commands ?? {})],
    ["Examples", examples],
    ["Environment", variables],
    ["Files", Object.entries(files ?? {})],
    ["Exit codes", Object.entries(exitCodes ?? {})],
    ["See also", Object.entries(seeAlso ?? {})],
  ] as const;
  return sections.map(([title, rows]) => section(title, rows, width)).join("");
}

/** Columns where the output is no terminal, as commander has it. */
const DEFAULT_WIDTH = 80;
/** What stands on the left may be this wide; what is wider has a line of its own. */
const LEFT_WIDTH = 32;

function section(title: string, rows: Rows, helpWidth: number): string {
  if (rows.length === 0) return "";
  const fitting = rows.map(([left]) => left.length).filter((length) => length <= LEFT_WIDTH);
  const width = Math.max(...fitting, 0);
  const indent = " ".repeat(width + 4);
  const lines = rows.flatMap(([left, right]) => {
    const [first = "", ...rest] = wrapped(right, Math.max(helpWidth - indent.length, 24));
    const more = rest.map((line) => `${indent}${line}`);
    return left.length > LEFT_WIDTH
      ? [`  ${left}`, ...(first === "" ? [] : [`${indent}${first}`]), ...more]
      : [`  ${left.padEnd(width)}  ${first}`.trimEnd(), ...more];
  });
  return `\n${title}:\n${lines.join("\n")}\n`;
}

/** Lines of at most so many characters, broken at blanks. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
