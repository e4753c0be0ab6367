/**
 * The completions of fish, with what each word does beside it.
 *
 * @module
 */
import type { CommandDescription } from "../../../core/command.ts";
import {
  type CommandTree,
  isSubcommand,
  SHELLS,
  type ValueKind,
  valueKind,
} from "./command_tree.ts";

const VALUES: Readonly<Record<ValueKind, string>> = {
  file: "-rF",
  directory: "-xa '(__fish_complete_directories)'",
  account: "-xa '(__fish_complete_users)'",
  shell: `-xa '${SHELLS.join(" ")}'`,
  text: "-x",
};

/** Renders the completions, a file of `conf.d`. */
export function fishScript({ names, commands }: CommandTree): string {
  const aliases = names.filter(({ name, command }) => name !== command)
    .map(({ name, command }) => `    case ${name}\n      set at '${command}'`);
  const subcommands = [...commands.keys()].filter(isSubcommand).map(quoted);
  const lines = [...commands.values()].flatMap((command) => linesOf(command));
  return `# Completion of Hearth's programs for fish. Made from their command lines: deno task generate.
function __hearth_at --description 'The words before the cursor lead to this command'
  set -l words (commandline -opc)
  set -l at (string replace -r '.*/' '' -- $words[1])
  switch $at
${aliases.join("\n")}
  end
  for word in $words[2..-1]
    contains -- "$at $word" ${subcommands.join(" \\\n      ")}
    or break
    set at "$at $word"
  end
  test "$at" = "$argv"
end

set -l programs ${names.map(({ name }) => name).join(" ")}
for program in $programs
  complete -c $program -f
${lines.map((line) => `  complete -c $program ${line}`).join("\n")}
end
`;
}

function linesOf({ name, commands, options, arguments: places }: CommandDescription) {
  const at = `-n ${quoted(`__hearth_at ${name}`)}`;
  const kind = valueKind(places[0] ?? "");
  return [
    ...Object.entries(commands).map(([word, does]) => `${at} -a ${word} -d ${quoted(does)}`),
    ...options.map(({ name, short, does, value }) => {
      const letter = short === undefined ? "" : ` -s ${short.replace(/^-/, "")}`;
      const values = value === undefined ? "" : ` ${VALUES[valueKind(value)]}`;
      return `${at} -l ${name.replace(/^--/, "")}${letter} -d ${quoted(does)}${values}`;
    }),
    ...(kind === "text"
      ? []
      : [`${at} ${kind === "file" ? "-F" : VALUES[kind].replace("-xa", "-fa")}`]),
  ];
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
