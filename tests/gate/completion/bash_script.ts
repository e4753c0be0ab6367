/**
 * The completion script of bash 4 and later.
 *
 * It needs nothing of the package bash-completion. bash breaks words at `=`, so that the value of
 * `--data=DIR` is a word of its own.
 *
 * @module
 */
import {
  type CommandTree,
  isSubcommand,
  SHELLS,
  type ValueKind,
  valueKind,
} from "./command_tree.ts";

const COMPGEN: Readonly<Record<ValueKind, string>> = {
  file: "-f",
  directory: "-d",
  account: "-u",
  shell: `-W '${SHELLS.join(" ")}'`,
  text: "",
};

/** Renders the script. */
export function bashScript({ names, commands }: CommandTree): string {
  const all = [...commands.values()];
  const aliases = names.filter(({ name, command }) => name !== command)
    .map(({ name, command }) => `    ${name}) at='${command}' ;;`);
  const words = all.map(({ name, commands, options }) => {
    const under = Object.keys(commands).join(" ");
    const chosen = under === "" ? "" : ` commands='${under}'`;
    return `    '${name}')${chosen} options='${options.map(({ name }) => name).join(" ")}' ;;`;
  });
  const values = all.flatMap(({ name, options }) =>
    options.filter(({ value }) => value !== undefined)
      .map((option) => `    '${name} ${option.name}') kind='${valueKind(option.value ?? "")}' ;;`)
  );
  const places = all.flatMap(({ name, arguments: places }) => {
    const kind = valueKind(places[0] ?? "");
    return kind === "text" ? [] : [`      '${name}') kind='${kind}' ;;`];
  });
  const subcommands = [...commands.keys()].filter(isSubcommand).map((name) => `'${name}'`);
  const kinds = Object.entries(COMPGEN).filter(([, flags]) => flags !== "").map(([kind, flags]) =>
    `    ${kind}) ${isPath(kind) ? "compopt -o filenames; " : ""}` +
    `mapfile -t COMPREPLY < <(compgen ${flags} -- "$cur") ;;`
  );
  return `# Completion of Hearth's programs for bash. Made from their command lines: deno task generate.
_hearth() {
  local at=\${1##*/} cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local i commands='' options='' kind=''
  COMPREPLY=()
  case $at in
${aliases.join("\n")}
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
    ${subcommands.join(" | \\\n    ")}) at="$at \${COMP_WORDS[i]}" ;;
    *) break ;;
    esac
  done
  # --data=DIR is three words.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  case "$at $prev" in
${values.join("\n")}
  esac
  if [[ -z $kind ]]; then
    case $at in
${words.join("\n")}
    esac
    if [[ $cur != -* ]]; then
      case $at in
${places.join("\n")}
      esac
    fi
    [[ -n $kind || $cur == -* ]] || options=\${commands:-$options}
    [[ -n $kind ]] || mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
  fi
  case $kind in
${kinds.join("\n")}
  esac
}
complete -F _hearth ${names.map(({ name }) => name).join(" ")}
`;
}

function isPath(kind: string): boolean {
  return kind === "file" || kind === "directory";
}
