/**
 * Files and directories that are root's to place: the machine's own.
 *
 * Root does not change anything below a home: each directory on the way is the user's to swap for
 * a link, to `/etc` say, between any check and the change. The one directory elsewhere that others
 * may write to, `/opt/codex-shared`, is why mode and owner are set on open files.
 *
 * @module
 */
import { fchmodSync, fchownSync } from "node:fs";
import { isLeftover, writeFileAtomic } from "../../core/atomic_file.ts";
import { contentBytes, digestOf } from "../digest.ts";
import { DONE, type Outcome } from "../item.ts";
import { actOnSeen, filesAmongOthers } from "./act_on_seen.ts";
import { attempt, failed } from "./outcome.ts";
import type { ActionOf } from "./performers.ts";
import { directoryNames, fileBytes, fileFact } from "./read_file.ts";
import type { RunTool } from "./run_tool.ts";

const LN = "/usr/bin/ln";

/** Numbers of an owner. */
export interface OwnerIds {
  /** The account's number. */
  readonly uid: number;
  /** The group's number. */
  readonly gid: number;
}

/** Replaces a file in one step, where it is still what was planned on. */
export function writeFile(action: ActionOf<"write_file">, owner: OwnerIds): Promise<Outcome> {
  const { path, content, mode, before } = action;
  const what = `write ${path}`;
  return attempt(what, async () => {
    const changed = whatChanged(path, before);
    if (changed !== undefined) return failed(`Cannot ${what}: ${changed}`);
    await removeLeftovers(path);
    const files = filesAmongOthers();
    await writeFileAtomic(path, contentBytes(content), { mode, owner, files });
    return DONE;
  });
}

/** Makes a directory; it is root's alone until its owner and then its mode are set. */
export function makeDirectory(
  action: ActionOf<"make_directory">,
  { uid, gid }: OwnerIds,
): Promise<Outcome> {
  const { path, mode } = action;
  return attempt(`make directory ${path}`, async () => {
    await Deno.mkdir(path, { mode: 0o700 });
    await Deno.chown(path, uid, gid);
    // `chown` takes set-id bits away, so that the mode comes last.
    await Deno.chmod(path, mode);
    await syncParent(path);
    return DONE;
  });
}

/** Sets the permission bits of a file or directory. */
export function changeMode({ path, mode }: ActionOf<"change_mode">): Promise<Outcome> {
  const what = `set the mode of ${path}`;
  return attempt(what, async () => {
    const refusal = whatIsNone(path);
    if (refusal !== undefined) return failed(`Cannot ${what}: ${refusal}`);
    const seen = await Deno.lstat(path);
    actOnSeen(path, seen, (descriptor) => fchmodSync(descriptor, mode));
    return DONE;
  });
}

/** Sets owner and group of a file or directory; its mode stays, set-id bits too. */
export function changeOwner(
  { path }: ActionOf<"change_owner">,
  { uid, gid }: OwnerIds,
): Promise<Outcome> {
  const what = `set the owner of ${path}`;
  return attempt(what, async () => {
    const refusal = whatIsNone(path);
    if (refusal !== undefined) return failed(`Cannot ${what}: ${refusal}`);
    const seen = await Deno.lstat(path);
    const mode = (seen.mode ?? 0) & 0o7777;
    actOnSeen(path, seen, (descriptor) => {
      fchownSync(descriptor, uid, gid);
      if ((mode & 0o6000) !== 0) fchmodSync(descriptor, mode);
    });
    return DONE;
  });
}

/** Makes a symbolic link, or flips one in one step. */
export function makeLink(action: ActionOf<"link">, runTool: RunTool): Promise<Outcome> {
  const { path, target } = action;
  const what = `link ${path} to ${target}`;
  return attempt(what, async () => {
    const { kind } = fileFact(path);
    if (kind !== "absent" && kind !== "link") {
      return failed(`Cannot ${what}: it is there and is no link`);
    }
    await removeLeftovers(path);
    const slash = path.lastIndexOf("/");
    const temporary = `${path.slice(0, slash)}/.${
      path.slice(slash + 1)
    }.${crypto.randomUUID()}.tmp`;
    // Deno makes links only for a program that may read and write everything.
    const args = ["--symbolic", "--no-target-directory", "--", target, temporary];
    const { trouble } = await runTool({ command: LN, args });
    if (trouble !== undefined) return failed(`Cannot ${what}: ${trouble}`);
    await Deno.rename(temporary, path);
    await syncParent(path);
    return DONE;
  });
}

/** What keeps a file from being replaced, or `undefined` where it is what was planned on. */
function whatChanged(path: string, before: string | undefined): string | undefined {
  const { kind } = fileFact(path);
  if (before === undefined) {
    return kind === "absent" ? undefined : "it was not there when it was planned";
  }
  const bytes = kind === "file" ? fileBytes(path, undefined) : undefined;
  const isSame = bytes !== undefined && digestOf(bytes) === before;
  return isSame ? undefined : "it changed since it was planned";
}

function whatIsNone(path: string): string | undefined {
  const { kind } = fileFact(path);
  return kind === "file" || kind === "directory" ? undefined : "it is no file and no directory";
}

/** Removes what a write of this path that was cut short left. */
async function removeLeftovers(path: string): Promise<void> {
  const slash = path.lastIndexOf("/");
  const directory = path.slice(0, slash) || "/";
  for (const name of directoryNames(directory, undefined)) {
    if (isLeftover(name, path.slice(slash + 1))) await Deno.remove(`${directory}/${name}`);
  }
}

async function syncParent(path: string): Promise<void> {
  using directory = await Deno.open(path.slice(0, path.lastIndexOf("/")) || "/");
  await directory.sync();
}
