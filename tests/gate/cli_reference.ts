/**
 * What every program says of itself, as a reference page and for shell completion.
 *
 * The programs are run, each under its own permission set: what they print is what a person sees.
 *
 * @module
 */
import { type CommandDescription, DESCRIBE } from "../../core/command.ts";
import { runCommand } from "../../core/process.ts";
import { HOST_PROGRAMS } from "../../provision/programs/host_programs.ts";
import { ROOT } from "./repository.ts";

/** How many of them run at a time. */
const AT_A_TIME = 4;

/** A command, and where it belongs. */
export interface CommandPage {
  /** The root program, and the subcommands that lead to it. */
  readonly words: readonly string[];
  /** What it says of itself. */
  readonly description: CommandDescription;
}

/**
 * Every program and each of its subcommands, in the order in which they are named.
 *
 * @param programs Names of root programs.
 */
export async function commandPages(programs: readonly string[]): Promise<readonly CommandPage[]> {
  const run = limited(AT_A_TIME);
  // Subcommands are known from the command above them.
  async function pagesFrom(words: readonly string[]): Promise<readonly CommandPage[]> {
    const description = await run(() => describe(words));
    const names = Object.keys(description.commands);
    const below = await Promise.all(names.map((name) => pagesFrom([...words, name])));
    return [{ words, description }, ...below.flat()];
  }
  return (await Promise.all(programs.map((program) => pagesFrom([program])))).flat();
}

/** The page's text: a section for each program, its subcommands below. */
export function cliText(pages: readonly CommandPage[]): string {
  return pages.map(({ words, description: { help } }) => {
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

async function describe(
  [program = "", ...subcommands]: readonly string[],
): Promise<CommandDescription> {
  const args = ["run", "-q", "--no-prompt", "--frozen", `-P=${program}`, `${ROOT}${program}.ts`];
  const { code, stdout, stderr } = await runCommand(
    Deno.execPath(),
    [...args, ...subcommands, DESCRIBE],
    { deadlineMs: 120_000, env: { NO_COLOR: "1" } },
  );
  if (code !== 0 || !stdout.startsWith("{")) {
    throw new Error(`Cannot get the help of ${program} ${subcommands.join(" ")}: ${stderr}`);
  }
  return JSON.parse(stdout);
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
