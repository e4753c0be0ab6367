/**
 * The completion function of zsh, with what each word does beside it.
 *
 * @module
 */
import type { CommandDescription, OptionDescription } from "../../../core/command.ts";
import {
  type CommandTree,
  isSubcommand,
  SHELLS,
  type ValueKind,
  valueKind,
} from "./command_tree.ts";

const ACTIONS: Readonly<Record<ValueKind, string>> = {
  file: "_files",
  directory: "_directories",
  account: "_users",
  shell: `(${SHELLS.join(" ")})`,
  text: " ",
};

/** Renders the function, a file of the `fpath`. */
export function zshScript({ names, commands }: CommandTree): string {
  const all = [...commands.values()];
  const aliases = names.filter(({ name, command }) => name !== command)
    .map(({ name, command }) => `    ${name}) at='${command}' ;;`);
  const subcommands = [...commands.keys()].filter(isSubcommand).map((name) => quoted(name));
  return `#compdef ${names.map(({ name }) => name).join(" ")}
# Completion of Hearth's programs for zsh. Made from their command lines: deno task generate.
_hearth() {
  local at=$service
  local curcontext="$curcontext" state
  local -a commands line
  local -A opt_args
  case $service in
${aliases.join("\n")}
  esac
  # Words that lead to a command are no arguments of it.
  while (( CURRENT > 2 )); do
    case "$at $words[2]" in
    ${subcommands.join(" | \\\n    ")})
      at="$at $words[2]"
      words[2]=()
      (( CURRENT-- ))
      ;;
    *) break ;;
    esac
  done
  case $at in
${all.map(branch).join("\n")}
  esac
}
_hearth "$@"
`;
}

function branch(command: CommandDescription): string {
  const { name, commands, options, arguments: places } = command;
  const words = Object.entries(commands);
  const list = words.map(([word, does]) => quoted(`${word}:${does.replaceAll(":", "\\:")}`)).join(
    " ",
  );
  const specs = [
    ...options.flatMap(optionSpecs),
    ...(words.length > 0 ? [quoted("1:command:->commands")] : []),
    ...places.map((place, at) => quoted(`${at + 1}:${place}:${ACTIONS[valueKind(place)]}`)),
  ];
  const completed = `_arguments -C ${specs.join(" ")}`;
  if (words.length === 0) return `    ${quoted(name)}) ${completed} ;;`;
  return `    ${quoted(name)})
      commands=(${list})
      ${completed} && return
      [[ $state != commands ]] || _describe -t commands command commands
      ;;`;
}

function optionSpecs({ name, short, does, value }: OptionDescription): readonly string[] {
  const text = does.replaceAll(/[[\]\\:]/g, "\\$&");
  const tail = value === undefined ? "" : `:${value}:${ACTIONS[valueKind(value)]}`;
  return [quoted(`${name}[${text}]${tail}`), ...(short ? [quoted(`${short}[${text}]`)] : [])];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
