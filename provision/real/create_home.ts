/**
 * A home that is there whole or not at all: made under a temporary name and renamed.
 *
 * `useradd --create-home` killed halfway leaves a home without its files, or one that is still
 * root's, and nothing ever finishes it.
 *
 * @module
 */
import { DONE, type Outcome } from "../item.ts";
import type { AccountFact } from "../host_view.ts";
import { attempt, failed } from "./outcome.ts";
import type { RunTool } from "./run_tool.ts";

const CP = "/usr/bin/cp";
const CHOWN = "/usr/bin/chown";
const SYNC = "/usr/bin/sync";
const SKELETON = "/etc/skel";

/**
 * Makes a home from `/etc/skel`, mode 0700.
 *
 * @param user Whose it is, for the message.
 * @param account Its numbers and the home, in a directory that only root may change.
 * @param runTool Runs `cp` and `chown`.
 */
export function createHome(
  user: string,
  account: Pick<AccountFact, "uid" | "gid" | "home">,
  runTool: RunTool,
): Promise<Outcome> {
  const { uid, gid, home } = account;
  const slash = home.lastIndexOf("/");
  const parent = home.slice(0, slash) || "/";
  const temporary = `${parent}/.${home.slice(slash + 1)}.new`;
  const what = `create the home ${home} of "${user}"`;
  return attempt(what, async () => {
    await removeTree(temporary);
    // Nobody but root looks in before it is whole.
    await Deno.mkdir(temporary, { mode: 0o700 });
    const steps = [
      () => [CP, "--archive", "--no-target-directory", SKELETON, temporary],
      () => [SYNC, "--", ...filesBelow(temporary)],
      () => [CHOWN, "--recursive", "--no-dereference", `${uid}:${gid}`, temporary],
    ];
    for (const step of steps) {
      const [command = "", ...args] = step();
      const { trouble } = await runTool({ command, args });
      if (trouble !== undefined) return failed(`Cannot ${what}: ${trouble}`);
      // `cp` gave it the mode of /etc/skel.
      await Deno.chmod(temporary, 0o700);
    }
    await Deno.rename(temporary, home);
    using directory = await Deno.open(parent);
    await directory.sync();
    return DONE;
  });
}

/** A directory with every file and directory below it. */
function* filesBelow(path: string): Generator<string> {
  yield path;
  for (const { name, isFile, isDirectory } of Deno.readDirSync(path)) {
    if (isFile) yield `${path}/${name}`;
    if (isDirectory) yield* filesBelow(`${path}/${name}`);
  }
}

/** Removes what a run that was cut short left; root made it, in a directory of root's. */
async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
