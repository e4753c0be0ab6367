/**
 * One symlink per user, `instances/<user>` to `../versions/<version>`: what their unit, `mint` and
 * command line run. A version is never changed in place, so changing this link is an update.
 *
 * @module
 */
import { runCommand } from "../core/process.ts";
import type { Pointers } from "./effects.ts";
import { isVersion } from "./version.ts";

const TARGET = /^\.\.\/versions\/([^/]+)$/;

/** The pointers in a directory. */
export function openPointers(directory: string): Pointers {
  async function read(user: string): Promise<string | undefined> {
    try {
      const version = TARGET.exec(await Deno.readLink(`${directory}/${user}`))?.[1] ?? "";
      return isVersion(version) ? version : undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  return {
    read,
    async all() {
      const found = new Map<string, string>();
      try {
        for await (const { name, isSymlink } of Deno.readDir(directory)) {
          if (!isSymlink || name.startsWith(".")) continue;
          const version = await read(name);
          if (version !== undefined) found.set(name, version);
        }
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      return found;
    },
    async point(user, version) {
      await Deno.mkdir(directory, { recursive: true });
      const temporary = `${directory}/.${user}.${crypto.randomUUID()}.tmp`;
      // Deno.symlink() wants to read and write everything.
      const { code, stderr } = await runCommand("/usr/bin/ln", [
        "-s",
        "-T",
        "--",
        `../versions/${version}`,
        temporary,
      ]);
      if (code !== 0) throw new Error(`ln ${temporary}: ${stderr.trim()}`);
      await Deno.rename(temporary, `${directory}/${user}`);
      await sync();
    },
    async hold(user) {
      try {
        await Deno.remove(`${directory}/${user}`);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return;
        throw error;
      }
      await sync();
    },
  };

  async function sync(): Promise<void> {
    using opened = await Deno.open(directory);
    await opened.sync();
  }
}
