/**
 * Removes releases that nothing runs from, so that a disk does not fill with them.
 *
 * It happens before the next release is made: the one that is current now stays until then, to go
 * back to. What runs is known by its program: Hearth's own run from their tree's Deno, or are it.
 *
 * @module
 */
import { DONE, type Outcome } from "../../item.ts";
import { failed } from "../../real/outcome.ts";
import type { RunTool } from "../../real/run_tool.ts";

/**
 * Removes the trees of a kind that are neither current nor in use.
 *
 * @param parent Where the trees of the kind are.
 * @param runTool Runs programs.
 * @returns A failure only where it cannot be told what is in use; nothing is removed then.
 */
export async function pruneTrees(parent: string, runTool: RunTool): Promise<Outcome> {
  const current = currentOf(parent);
  // Links below /proc are not for a permission set to follow.
  const { stdout, trouble } = await runTool({
    command: "/usr/bin/find",
    args: ["/proc", "-maxdepth", "2", "-path", "/proc/[0-9]*/exe", "-lname", `${parent}/*`]
      .concat("-printf", "%l\\n"),
  });
  // A process that ended meanwhile makes `find` fail, and runs from nowhere.
  if (trouble !== undefined && stdout === "" && !/No such file|No such process/.test(trouble)) {
    return failed(trouble);
  }
  const used = new Set(
    stdout.split("\n").map((path) => path.slice(parent.length + 1).split("/")[0]),
  );
  for (const { name, isDirectory } of [...Deno.readDirSync(parent)]) {
    if (!isDirectory || name.startsWith(".") || name === current || used.has(name)) continue;
    const old = `${parent}/.${name}.${crypto.randomUUID()}.old`;
    await Deno.rename(`${parent}/${name}`, old);
    await Deno.remove(old, { recursive: true });
  }
  return DONE;
}

function currentOf(parent: string): string | undefined {
  try {
    return Deno.readLinkSync(`${parent}/current`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
