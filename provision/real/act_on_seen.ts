/**
 * Mode and owner set on the open file that was looked at, not on whatever its name leads to by then.
 *
 * `chmod` and `chown` by name follow links. In `/opt/codex-shared` a whole group may swap any name
 * for a link, to `/etc/shadow` say, between a look and the act. What is open stays what it is.
 *
 * @module
 */
import { closeSync, fchmodSync, fchownSync, fstatSync, openSync } from "node:fs";
import { denoFiles, type FileEffects, writableOf } from "../../core/atomic_file.ts";
import { OPEN_FLAGS } from "./read_file.ts";

/** What tells a file from every other. */
export type Seen = Pick<Deno.FileInfo, "ino" | "dev">;

/** A name that leads to another file than it did. */
export class Swapped extends Error {
  /** As of what the operating system refuses. */
  readonly code = "ESTALE";

  /** Says so. */
  constructor() {
    super("it was swapped for another file meanwhile, or has a second name");
  }
}

/**
 * Acts on the file or directory that was seen at a path.
 *
 * @param path Where it was seen.
 * @param seen What was seen there.
 * @param act Gets its descriptor.
 * @throws {Swapped} When something else is there by now, or it is somebody's file by another name.
 */
export function actOnSeen(path: string, seen: Seen, act: (descriptor: number) => void): void {
  const descriptor = openSync(path, OPEN_FLAGS);
  try {
    const info = fstatSync(descriptor);
    const isOther = info.ino !== seen.ino || info.dev !== seen.dev;
    if (isOther || (info.isFile() && info.nlink > 1)) throw new Swapped();
    act(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** File operations for one atomic write in a directory that others may write to, too. */
export function filesAmongOthers(): FileEffects {
  let seen: Seen | undefined;
  return {
    ...denoFiles,
    async create(path, mode) {
      // Closed to everybody until it has its owner and mode.
      const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
      try {
        seen = await file.stat();
        actOnSeen(path, seen, (descriptor) => fchmodSync(descriptor, mode));
      } catch (error) {
        file.close();
        throw error;
      }
      return writableOf(file);
    },
    chown: (path, uid, gid) =>
      Promise.try(() => {
        if (seen === undefined) throw new Swapped();
        actOnSeen(path, seen, (descriptor) => fchownSync(descriptor, uid, gid));
      }),
  };
}
