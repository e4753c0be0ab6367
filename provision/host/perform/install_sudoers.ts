/**
 * Puts a file below `/etc/sudoers.d`, once `visudo` has accepted it.
 *
 * @module
 */
import { writeFileAtomic } from "../../../core/atomic_file.ts";
import { digestOf } from "../../digest.ts";
import { DONE, type Outcome } from "../../item.ts";
import { attempt, failed } from "../../real/outcome.ts";
import type { ActionOf, PerformContext } from "../../real/performers.ts";
import { directoryNames, fileBytes, fileFact } from "../../real/read_file.ts";

const VISUDO = "/usr/sbin/visudo";
const MODE = 0o440;
const ROOT = { uid: 0, gid: 0 };

/**
 * The candidate has a dot in its name, so that sudo never reads it: there is no instant at which a
 * file it cannot read is in force.
 */
export function installSudoers(
  { path, content, before }: ActionOf<"install_sudoers">,
  { runTool }: Pick<PerformContext, "runTool">,
): Promise<Outcome> {
  const what = `write ${path}`;
  return attempt(what, async () => {
    const slash = path.lastIndexOf("/");
    const [directory, name] = [path.slice(0, slash), path.slice(slash + 1)];
    const { kind } = fileFact(path);
    const now = kind === "file" ? fileBytes(path, undefined) : undefined;
    const isAsPlanned = before === undefined
      ? kind === "absent"
      : now !== undefined && digestOf(now) === before;
    if (!isAsPlanned) return failed(`Cannot ${what}: it changed since it was planned`);
    await removeCandidates(directory, name);
    const candidate = `${directory}/.${name}.${crypto.randomUUID()}.candidate`;
    try {
      await writeFileAtomic(candidate, content, { mode: MODE, owner: ROOT });
      const { trouble, stdout, stderr } = await runTool({
        command: VISUDO,
        args: ["--check", "--strict", `--file=${candidate}`],
      });
      if (trouble !== undefined) {
        const words = `${stderr}\n${stdout}`.split("\n").find((line) => line.trim() !== "");
        const why = words?.replaceAll(candidate, path).trim() ?? trouble;
        return failed(`Cannot ${what}: visudo refuses it: ${why}`);
      }
    } finally {
      await removeCandidates(directory, name);
    }
    await writeFileAtomic(path, content, { mode: MODE, owner: ROOT });
    return DONE;
  });
}

async function removeCandidates(directory: string, name: string): Promise<void> {
  for (const entry of directoryNames(directory, undefined)) {
    const isOurs = entry.startsWith(`.${name}.`) && /\.(?:candidate|tmp)$/.test(entry);
    if (isOurs) await Deno.remove(`${directory}/${entry}`);
  }
}
