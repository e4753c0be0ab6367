/**
 * Looking at files, some of which are where a user may put anything.
 *
 * Root reads below a home, where each directory on the way may be a link, a FIFO may wait for its
 * other end forever, and all of it may change between two looks. So:
 * - nothing is opened but with `O_NONBLOCK` (a FIFO, a file lease), `O_NOCTTY` and `O_NOFOLLOW`,
 *   and what was opened is asked what it is. That alone would follow a link: a program with a
 *   permission set has its paths resolved by Deno, which then opens what they led to. So it must
 *   also be the file that `lstat` saw there before;
 * - the bytes of a file below a home are given only where the file belongs to the owner of the
 *   home. Whatever links led there, they could have read it themselves, and the file cannot be
 *   swapped after the question, since it is the open file that is asked;
 * - the kind, mode and owner of a file come from `lstat`, which follows links in the directories
 *   above it. They decide what is planned and are never shown to the user; what is then written
 *   is written as the user.
 *
 * Elsewhere root puts things, and one group in `/opt/codex-shared`: files are opened in the same way,
 * whoever's they are.
 *
 * What is left: a directory on a file system of the user's own (FUSE with `allow_other`) may keep
 * `lstat` waiting for as long as it likes.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type FileFact, MAX_READ_BYTES } from "../host_view.ts";

/** How a file is opened that somebody may have put there: without waiting, following or a terminal. */
export const OPEN_FLAGS: number = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK |
  constants.O_NOCTTY;

/** A directory of a home whose own entry is larger holds more names than anyone put there by hand. */
const MAX_DIRECTORY_BYTES = 1024 * 1024;

/** Errors that say that something keeps us from looking, and not that nothing is there. */
const HIDDEN = new Set(["EACCES", "EPERM", "ELOOP", "EIO", "ESTALE", "ENAMETOOLONG", "ENOTCONN"]);

/**
 * What stands at a path.
 *
 * @returns `other` where it may not be looked at.
 */
export function fileFact(path: string): FileFact {
  let info: Deno.FileInfo;
  try {
    info = Deno.lstatSync(path);
  } catch (error) {
    return isMissing(error) ? { kind: "absent" } : hidden(error, { kind: "other" });
  }
  const uid = info.uid ?? 0;
  if (info.isSymlink) return linkFact(path, uid);
  if (!info.isFile && !info.isDirectory) return { kind: "other" };
  const kind = info.isFile ? "file" : "directory";
  return { kind, mode: (info.mode ?? 0) & 0o7777, uid, gid: info.gid ?? 0 };
}

function linkFact(path: string, uid: number): FileFact {
  try {
    return { kind: "link", target: Deno.readLinkSync(path), uid };
  } catch (error) {
    // It became something else after it was looked at.
    return errorCode(error) === "EINVAL" || isMissing(error)
      ? { kind: "other" }
      : hidden(error, { kind: "other" });
  }
}

/**
 * The bytes of a regular file of at most {@linkcode MAX_READ_BYTES}.
 *
 * @param path Where it is.
 * @param ownerUid Whose it must be, below a home; anyone's where it is `undefined`.
 */
export function fileBytes(path: string, ownerUid: number | undefined): Uint8Array | undefined {
  try {
    const seen = Deno.lstatSync(path);
    if (!seen.isFile || seen.size > MAX_READ_BYTES) return undefined;
    return seenBytes(path, seen, ownerUid);
  } catch (error) {
    // ENXIO: a socket. EWOULDBLOCK: a lease its holder has to give up first.
    const isOther = ["ENXIO", "ENODEV", "EAGAIN", "EWOULDBLOCK"].includes(errorCode(error) ?? "");
    return isOther || isMissing(error) ? undefined : hidden(error, undefined);
  }
}

/** The bytes of a file, where what is opened is what was seen, and the owner's. */
function seenBytes(
  path: string,
  seen: Deno.FileInfo,
  ownerUid: number | undefined,
): Uint8Array | undefined {
  const descriptor = openSync(path, OPEN_FLAGS);
  try {
    const info = fstatSync(descriptor);
    if (!info.isFile() || info.ino !== seen.ino || info.dev !== seen.dev) return undefined;
    if (ownerUid !== undefined && info.uid !== ownerUid) return undefined;
    if (info.size > MAX_READ_BYTES) return undefined;
    return readWhole(descriptor, info.size);
  } finally {
    closeSync(descriptor);
  }
}

/** All bytes of a file that may grow while it is read. */
function readWhole(descriptor: number, size: number): Uint8Array | undefined {
  // One more than there should be shows the end without another call.
  let bytes = new Uint8Array(size + 1);
  let length = 0;
  while (true) {
    const count = readSync(descriptor, bytes, length, bytes.length - length, null);
    length += count;
    if (length > MAX_READ_BYTES) return undefined;
    // A regular file gives all that is asked for, or what there is.
    if (length < bytes.length) return bytes.subarray(0, length);
    const larger = new Uint8Array(Math.min(bytes.length * 2, MAX_READ_BYTES + 1));
    larger.set(bytes);
    bytes = larger;
  }
}

/**
 * The names in a directory, sorted.
 *
 * @param path Where it is; a link to a directory is none below a home.
 * @param ownerUid Whose it must be; anyone's where it is `undefined`.
 */
export function directoryNames(path: string, ownerUid: number | undefined): readonly string[] {
  try {
    if (ownerUid !== undefined) {
      const info = Deno.lstatSync(path);
      if (!info.isDirectory || info.uid !== ownerUid || info.size > MAX_DIRECTORY_BYTES) return [];
    }
    return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
  } catch (error) {
    return isMissing(error) ? [] : hidden(error, []);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    ["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "");
}

function hidden<T>(error: unknown, fallback: T): T {
  if (error instanceof Deno.errors.PermissionDenied || HIDDEN.has(errorCode(error) ?? "")) {
    return fallback;
  }
  throw error;
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}
