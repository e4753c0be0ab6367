/**
 * The commands in the documentation that are Hearth's own: which they are, and what is wrong with them.
 *
 * @module
 */
import type { CommandDescription } from "../../core/command.ts";
import { HOST_PROGRAMS } from "../../provision/programs/host_programs.ts";
import { codeBlocks, prose } from "./markdown.ts";

/** A command line as it stands in a page. */
export interface DocCommand {
  /** Where. */
  readonly page: string;
  /** As it is. */
  readonly text: string;
}

/** What a command may be made of. */
export interface KnownCommands {
  /** By the words that lead to it: `hearth token new`. */
  readonly commands: ReadonlyMap<string, CommandDescription>;
  /** The command line of each task of `deno.json`. */
  readonly tasks: Readonly<Record<string, string>>;
}

const SHELLS = new Set(["sh", "bash", "console"]);
/** Where a command of ours begins: at a line's start, after another command, or between quotes. */
const OURS = new RegExp(
  "(?<=^|[\\s`'\"(;|])(?:" +
    "(?:npx -y deno@[\\d.]+|deno) task|deno run(?: -q| --no-prompt)* -P=\\w+|" +
    `(?:${["hearth", ...HOST_PROGRAMS.map(({ name }) => name)].join("|")})(?= )` +
    ") .*",
);

/** Shell text of a page: its blocks, and what is set as code in its sentences. */
export function shellTexts(page: string): readonly string[] {
  const blocks = codeBlocks(page).filter(({ language }) => SHELLS.has(language)).map(
    ({ language, text }) =>
      language === "console" ? text.replaceAll(/^(?!\$ ).*$/gm, "").replaceAll(/^\$ /gm, "") : text,
  );
  const spans = [...prose(page).matchAll(/`([^`]+)`/g)].map(([, code = ""]) =>
    code.replaceAll(/\s*\n\s*/g, " ")
  );
  return [...blocks, ...spans];
}

/** Commands of ours in a page. */
export function ourCommands(page: string, text: string): readonly DocCommand[] {
  const lines = shellTexts(text).flatMap((shell) => shell.replaceAll(/\\\n\s*/g, "").split("\n"));
  return lines.flatMap((line) => {
    // Units have the names of programs, and are asked otherwise.
    if (/\b(?:journalctl|systemctl|printf|exec) /.test(line)) return [];
    const found = OURS.exec(line.replace(/(^|\s)#.*$/, ""))?.[0];
    // What comes after a pipe, a list or a redirection is no argument.
    const own = found?.replace(/['"]?\s*(?:&&|\|\|?|;|\d?[<>]|\)).*$/, "").trim();
    return own === undefined || own === "" ? [] : [{ page, text: own }];
  });
}

/** What is wrong with a command; nothing where it would be understood. */
export function commandFault(command: string, known: KnownCommands): string | undefined {
  const words = [...command.matchAll(/'[^']*'|"[^"]*"|[^\s'"]+/g)]
    .map(([word]) => word.replaceAll(/['"`]/g, "")).filter((word) => word !== "" && word !== "…");
  const expanded = expand(words, known.tasks);
  if (typeof expanded === "string") return expanded;
  const [program = "", ...rest] = expanded;
  let name = program;
  while (known.commands.has(`${name} ${rest[0]}`)) name += ` ${rest.shift()}`;
  const found = known.commands.get(name);
  // A task that runs no program of ours, such as `test`, has no options to check.
  if (found === undefined) {
    return known.tasks[program] === undefined && program !== "NAME" ? `no "${name}"` : undefined;
  }
  const { commands, options, arguments: places } = found;
  const next = rest.find((word) => !word.startsWith("-"));
  if (Object.keys(commands).length > 0 && next !== undefined && !/^[A-Z]+$/.test(next)) {
    return `"${name}" has no command "${next}"`;
  }
  let given = 0;
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? "";
    if (!word.startsWith("-") || word === "-") {
      given++;
      continue;
    }
    const option = options.find((one) => one.name === word.split("=")[0] || one.short === word);
    if (option === undefined) return `"${name}" has no option ${word}`;
    if (option.value !== undefined && !word.includes("=")) at++;
  }
  const hasAny = Object.keys(commands).length > 0 || places.length > 0;
  // Words of a text that was in quotes count as one.
  return given > 0 && !hasAny ? `"${name}" takes no argument` : undefined;
}

/** The program and its arguments, or what is wrong. */
function expand(
  words: readonly string[],
  tasks: Readonly<Record<string, string>>,
): readonly string[] | string {
  const task = words.indexOf("task");
  if (task >= 0) {
    const [name = "", ...rest] = words.slice(task + 1);
    const line = tasks[name];
    if (line === undefined) return /^[A-Z]/.test(name) ? [] : `no task "${name}"`;
    return [...programOf(line.split(" ")) ?? [name], ...rest];
  }
  if (words[0] === "deno") return programOf(words) ?? `"${words.join(" ")}" runs no program`;
  const host = HOST_PROGRAMS.find(({ name }) => name === words[0]);
  // What is given there before all others may be followed by options alone.
  return host === undefined ? words : [host.script, ...host.args.slice(0, 1), ...words.slice(1)];
}

/** Of `deno run -P=hearth hearth.ts up`: `hearth up`. */
function programOf(words: readonly string[]): readonly string[] | undefined {
  const script = words.findIndex((word) => /^\w+\.ts$/.test(word));
  return script < 0 ? undefined : [words[script]?.slice(0, -3) ?? "", ...words.slice(script + 1)];
}
