/**
 * What can be typed after the name of a program, from what each of its commands says of itself.
 *
 * @module
 */
import type { CommandDescription } from "../../../core/command.ts";

/** What a value is, as far as a shell can complete it. */
export type ValueKind = "file" | "directory" | "account" | "shell" | "text";

/** A program under one of its names, and the words its installation has already said. */
export interface CompletedName {
  /** As it is typed: `t3-autoupdate`. */
  readonly name: string;
  /** The command that it is: `autoupdate run`. */
  readonly command: string;
}

/** Everything that is completed. */
export interface CommandTree {
  /** Names of programs. */
  readonly names: readonly CompletedName[];
  /** Commands by the words that lead to them: `hearth token new`. */
  readonly commands: ReadonlyMap<string, CommandDescription>;
}

const KINDS: Readonly<Record<string, ValueKind>> = {
  ...{ file: "file", roster: "file" },
  ...{ dir: "directory", directory: "directory" },
  ...{ user: "account", account: "account" },
  shell: "shell",
};

/** The shells `hearth completion` knows. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/**
 * What may stand for a value.
 *
 * @param placeholder Its name in the command line: `dir` of `--data <dir>`.
 */
export function valueKind(placeholder: string): ValueKind {
  return KINDS[placeholder] ?? "text";
}

/**
 * Reads the tree.
 *
 * @param descriptions Of every command.
 * @param names Under which names the programs are started, besides their own.
 */
export function commandTree(
  descriptions: readonly CommandDescription[],
  names: readonly CompletedName[],
): CommandTree {
  const commands = new Map(descriptions.map((each) => [each.name, each]));
  const unknown = names.filter(({ command }) => !commands.has(command));
  if (unknown.length > 0) {
    throw new Error(`Cannot complete "${unknown[0]?.name}": there is no command of its kind`);
  }
  return { names, commands };
}

/** The words of a command that are more than its parent: all of `hearth token` but the program. */
export function isSubcommand(name: string): boolean {
  return name.includes(" ");
}
