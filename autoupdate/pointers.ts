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
    async prepare(user, version) {
      // Those of earlier updates; while there is no pointer, one of them is the way back.
      if (await read(user) !== undefined) await removeParked(user);
      await link(user, version);
      await sync();
    },
    async point(user, version) {
      if (await read(user) !== version) {
        await rename(parked(user, version), `${directory}/${user}`) || await make(user, version);
      }
      await sync();
    },
    async hold(user) {
      const version = await read(user);
      const path = `${directory}/${user}`;
      // Set aside rather than removed: on a full disk there must be a way back that takes no space.
      if (version !== undefined) await rename(path, parked(user, version));
      else await remove(path);
      await sync();
    },
  };

  function parked(user: string, version: string): string {
    return `${directory}/.${user}.${version}`;
  }

  async function make(user: string, version: string): Promise<void> {
    await link(user, version);
    await Deno.rename(parked(user, version), `${directory}/${user}`);
  }

  async function link(user: string, version: string): Promise<void> {
    await Deno.mkdir(directory, { recursive: true });
    const path = parked(user, version);
    // Deno.symlink() wants to read and write everything.
    const args = ["-s", "-f", "-T", "--", `../versions/${version}`, path];
    const { code, stderr } = await runCommand("/usr/bin/ln", args);
    if (code !== 0) throw new Error(`ln ${path}: ${stderr.trim()}`);
  }

  async function removeParked(user: string): Promise<void> {
    for await (const { name } of Deno.readDir(directory)) {
      if (name.startsWith(`.${user}.`)) await remove(`${directory}/${name}`);
    }
  }

  async function rename(from: string, to: string): Promise<boolean> {
    try {
      await Deno.rename(from, to);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  async function remove(path: string): Promise<void> {
    try {
      await Deno.remove(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async function sync(): Promise<void> {
    using opened = await Deno.open(directory);
    await opened.sync();
  }
}
