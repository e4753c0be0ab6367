/**
 * What every program says of itself with `--help`, as a reference page.
 *
 * The programs are run, each under its own permission set: what they print is what a person sees.
 *
 * @module
 */
import { runCommand } from "../../core/process.ts";
import { HOST_PROGRAMS } from "../../provision/programs/host_programs.ts";
import { ROOT } from "./repository.ts";

/** How many of them run at a time. */
const AT_A_TIME = 4;

/** The help of a command. */
export interface CommandPage {
  /** The root program, and the subcommands that lead to it. */
  readonly words: readonly string[];
  /** What it prints. */
  readonly help: string;
}

/**
 * The help of every program and of each of its subcommands, in the order in which they are named.
 *
 * @param programs Names of root programs.
 */
export async function commandPages(programs: readonly string[]): Promise<readonly CommandPage[]> {
  const run = limited(AT_A_TIME);
  // Subcommands are known from the help above them.
  async function pagesFrom(words: readonly string[]): Promise<readonly CommandPage[]> {
    const help = await run(() => helpOf(words));
    const names = subcommandsOf(help);
    const below = await Promise.all(names.map((name) => pagesFrom([...words, name])));
    return [{ words, help }, ...below.flat()];
  }
  return (await Promise.all(programs.map((program) => pagesFrom([program])))).flat();
}

/** The page's text: a section for each program, its subcommands below. */
export function cliText(pages: readonly CommandPage[]): string {
  return pages.map(({ words, help }) => {
    const [program = "", ...rest] = words;
    const heading = rest.length === 0 ? `## \`${program}.ts\`` : `### \`${words.join(" ")}\``;
    const installed = HOST_PROGRAMS.filter(({ script }) => script === program)
      .map(({ name, args }) => `\`${name}\`${args.length === 0 ? "" : ` (\`${args.join(" ")}\`)`}`);
    const note = rest.length > 0 || installed.length === 0
      ? ""
      : `\n\nOn a dev box: ${installed.join(", ")}.`;
    return `${heading}${note}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\``;
  }).join("\n\n");
}

/** The subcommands a help names: "one of a, b", or "a or b". */
export function subcommandsOf(help: string): readonly string[] {
  const entry = /^ {2}command +(\S.*(?:\n {4,}\S.*)*)/m.exec(help)?.[1];
  if (entry === undefined) return [];
  return entry.replace(/^one of /, "").split(/,\s+|\s+or\s+/).map((name) => name.trim());
}

async function helpOf([program = "", ...subcommands]: readonly string[]): Promise<string> {
  const args = ["run", "-q", "--no-prompt", "--frozen", `-P=${program}`, `${ROOT}${program}.ts`];
  const { code, stdout, stderr } = await runCommand(
    Deno.execPath(),
    [...args, ...subcommands, "--help"],
    { deadlineMs: 120_000, env: { NO_COLOR: "1" } },
  );
  if (code !== 0 || !stdout.startsWith("Usage: ")) {
    throw new Error(`Cannot get the help of ${program} ${subcommands.join(" ")}: ${stderr}`);
  }
  return stdout;
}

/** Makes a runner that has so many acts under way and lets the others wait for their turn. */
function limited(most: number): <T>(act: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (act) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
