/**
 * Where the files of a running box are: its overlay's upper and work directory.
 *
 * The test that made it holds a lock on it. A test that was killed leaves its boxes' homes and empty
 * control groups behind; the next one to start a box finds the locks free and removes them.
 *
 * @module
 */
import { runCommand } from "../../../core/process.ts";
import { eventually } from "../../support/eventually.ts";
import { CGROUP_ROOT } from "./box_process.ts";
import { cacheDir, removeTree } from "./cache.ts";

/** A box's home, held until it is disposed of. */
export interface BoxHome extends AsyncDisposable {
  /** The machine's name, unlike that of any other box. */
  readonly name: string;
  /** The directory with `upper`, `work` and `root`. */
  readonly path: string;
}

/** Makes an empty home, and removes those of the dead. */
export async function makeBoxHome(): Promise<BoxHome> {
  const boxes = `${cacheDir()}/boxes`;
  await Deno.mkdir(boxes, { recursive: true });
  await removeAbandoned(boxes);
  const name = `hearth-${crypto.randomUUID().slice(0, 8)}`;
  const path = `${boxes}/${name}`;
  // Locked before it is seen, or another test would take it for abandoned.
  const lock = await Deno.open(`${path}.lock`, { write: true, createNew: true, mode: 0o600 });
  await lock.lock(true);
  for (const dir of ["upper", "work", "root"]) {
    await Deno.mkdir(`${path}/${dir}`, { recursive: true });
  }
  return {
    name,
    path,
    async [Symbol.asyncDispose]() {
      await removeHome(boxes, name);
      lock.close();
    },
  };
}

async function removeAbandoned(boxes: string): Promise<void> {
  for await (const entry of Deno.readDir(boxes)) {
    if (!entry.name.endsWith(".lock")) continue;
    const lock = await openIfThere(`${boxes}/${entry.name}`);
    if (lock === undefined) continue;
    try {
      if (await lock.tryLock(true)) await removeHome(boxes, entry.name.slice(0, -".lock".length));
    } finally {
      lock.close();
    }
  }
}

async function openIfThere(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path, { write: true });
  } catch (error) {
    // Whoever held it has just removed it.
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Removes the files and the control groups, and the lock at last. */
async function removeHome(boxes: string, name: string): Promise<void> {
  await removeTree(`${boxes}/${name}`);
  const { stdout } = await runCommand("find", [
    ...[CGROUP_ROOT, "-mindepth", "1", "-depth", "-type", "d"],
    ...["(", "-path", `*/${name}/*`, "-o", "-name", name, ")"],
  ]);
  for (const group of stdout.split("\n")) {
    if (group === "") continue;
    // The last processes of a box that lost its power may still be dying.
    await eventually(`Removing "${group}"`, async () => {
      await Deno.remove(group);
      return true;
    });
  }
  await removeTree(`${boxes}/${name}.lock`);
}
