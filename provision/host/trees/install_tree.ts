/**
 * Makes a tree: below a temporary name, sealed, flushed to the disk, renamed.
 *
 * A run that is killed leaves a temporary name and nothing else; the next run removes it. A damaged
 * tree is put aside in the same breath as its replacement takes its place, and programs that run
 * from it keep the files they have open.
 *
 * @module
 */
import { denoFiles } from "../../../core/atomic_file.ts";
import { DONE, type Outcome } from "../../item.ts";
import { failed } from "../../real/outcome.ts";
import type { ActionOf, PerformContext } from "../../real/performers.ts";
import { pruneTrees } from "./prune_trees.ts";
import { MANIFEST_NAME, manifestText } from "./tree_manifest.ts";
import { readTree } from "./walk_tree.ts";

const SYNC = "/usr/bin/sync";
const CHMOD = "/usr/bin/chmod";
const CHOWN = "/usr/bin/chown";

/** How trees of a kind are made. */
export interface TreeMaker {
  /**
   * Makes the tree.
   *
   * @param into Where; it does not exist yet, and its parent does.
   * @param work A directory for what is needed meanwhile, on the same disk; it is removed.
   */
  make(into: string, work: string): Promise<Outcome>;
  /** Whether it is one of many, of which old ones are removed. @default {false} */
  readonly isRelease?: boolean;
  /** Whether a path is no part of the seal. */
  isLeftOut?(path: string): boolean;
  /**
   * Finishes the tree where it will be, for what depends on its path. What it adds is not sealed;
   * where it fails the tree works all the same.
   */
  finish?(path: string): Promise<void>;
}

/**
 * Installs a tree.
 *
 * @param action Which, and where.
 * @param maker How it is made.
 * @param context What it needs.
 */
export async function installTree(
  { path }: Pick<ActionOf<"install_tree">, "path">,
  maker: TreeMaker,
  { runTool }: Pick<PerformContext, "runTool">,
): Promise<Outcome> {
  const slash = path.lastIndexOf("/");
  const [parent, name] = [path.slice(0, slash), path.slice(slash + 1)];
  const what = `install ${path}`;
  await removeLeftovers(parent);
  if (maker.isRelease === true) {
    const pruned = await pruneTrees(parent, runTool);
    if (!pruned.isDone) return { ...pruned, error: `Cannot ${what}: ${pruned.error}` };
  }
  const temporary = (use: string) => `${parent}/.${name}.${crypto.randomUUID()}.${use}`;
  const [made, work, old] = [temporary("made"), temporary("work"), temporary("old")];
  try {
    await Deno.mkdir(work, { mode: 0o700 });
    const outcome = await maker.make(made, work);
    if (!outcome.isDone) return { ...outcome, error: `Cannot ${what}: ${outcome.error}` };
    // Whatever the umask was and whoever packed it: everybody reads, root alone writes.
    for (
      const [command, ...args] of [
        [CHOWN, "--recursive", "--no-dereference", "root:root", "--", made],
        [CHMOD, "--recursive", "u=rwX,go=rX", "--", made],
      ] as const
    ) {
      const { trouble } = await runTool({ command, args, deadlineMs: 300_000 });
      if (trouble !== undefined) return failed(`Cannot ${what}: ${trouble}`);
    }
    const manifest = readTree(made, (one) => maker.isLeftOut?.(one) ?? false);
    await Deno.writeTextFile(`${made}/${MANIFEST_NAME}`, manifestText(manifest), { mode: 0o644 });
    // The whole file system at once, instead of thousands of files one by one.
    const { trouble } = await runTool({
      command: SYNC,
      args: ["--file-system", made],
      deadlineMs: 300_000,
    });
    if (trouble !== undefined) return failed(`Cannot ${what}: ${trouble}`);
    if (isThere(path)) await Deno.rename(path, old);
    await Deno.rename(made, path);
    await denoFiles.syncDirectory(parent);
    await maker.finish?.(path);
    return DONE;
  } finally {
    await removeLeftovers(parent);
  }
}

const LEFTOVER = /^\..+\.[0-9a-f-]{36}\.(?:made|work|old)$/s;

/** Removes what a run left, this one or one that was killed; only one runs at a time. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const { name } of [...Deno.readDirSync(parent)]) {
    if (LEFTOVER.test(name)) await Deno.remove(`${parent}/${name}`, { recursive: true });
  }
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
