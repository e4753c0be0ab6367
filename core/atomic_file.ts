/**
 * Files that are never seen half-written and never lost once written.
 *
 * Bytes go to a temporary name in the same directory, with their mode and owner set before the
 * first byte, are fsynced, renamed over the target, and the directory is fsynced. A reader sees the old
 * file or the new one; a crash at any point leaves the old one and at most a temporary file,
 * whose name says whose it was (see {@linkcode isLeftover}).
 *
 * @module
 */

/** The file operations an atomic write needs; the real one is {@linkcode denoFiles}. */
export interface FileEffects {
  /** Creates `path` for writing with exactly `mode`; fails where it exists. */
  create(path: string, mode: number): Promise<WritableFile>;
  /** Sets owner and group. */
  chown(path: string, uid: number, gid: number): Promise<void>;
  /** Renames over `to`. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file. */
  remove(path: string): Promise<void>;
  /** Flushes a directory's entries to the disk. */
  syncDirectory(path: string): Promise<void>;
}

/** A file open for writing. */
export interface WritableFile {
  /** Writes all of `bytes`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Flushes content to the disk. */
  sync(): Promise<void>;
  /** Closes it. */
  close(): void;
}

/** Mode and owner of the file, set before its content. */
export interface AtomicWriteOptions {
  /** Permission bits. @default {0o644} */
  mode?: number;
  /** Owner and group, where the program may set them. */
  owner?: { uid: number; gid: number };
  /** File operations. @default {denoFiles} */
  files?: FileEffects;
}

const TEMPORARY = /^\.(.+)\.[0-9a-f-]{36}\.tmp$/s;

/** The real file operations. */
export const denoFiles: FileEffects = {
  async create(path, mode) {
    const file = await Deno.open(path, { write: true, createNew: true, mode });
    try {
      // The umask may have taken bits away.
      await Deno.chmod(path, mode);
    } catch (error) {
      file.close();
      throw error;
    }
    return writableOf(file);
  },
  chown: (path, uid, gid) => Deno.chown(path, uid, gid),
  rename: (from, to) => Deno.rename(from, to),
  remove: (path) => Deno.remove(path),
  async syncDirectory(path) {
    using directory = await Deno.open(path);
    await directory.sync();
  },
};

/** An open file of this system, as an atomic write needs it. */
export function writableOf(file: Deno.FsFile): WritableFile {
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    },
    sync: () => file.syncData(),
    close: () => file.close(),
  };
}

/**
 * Replaces the content of a file in one step.
 *
 * @param path The file; its directory must exist and be readable (fsync opens it).
 * @param content Bytes, or text written as UTF-8.
 * @param options Mode, owner and file operations.
 * @throws Whatever the failed operation threw; the old file is untouched and the temporary one
 * removed. Only where the directory's fsync failed is the new content in place, whole, but maybe
 * not after a power cut.
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | string,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const { mode = 0o644, owner, files = denoFiles } = options;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const slash = path.lastIndexOf("/");
  const directory = slash < 0 ? "." : path.slice(0, slash) || "/";
  const temporary = `${directory}/.${path.slice(slash + 1)}.${crypto.randomUUID()}.tmp`;
  const file = await files.create(temporary, mode);
  try {
    try {
      if (owner !== undefined) await files.chown(temporary, owner.uid, owner.gid);
      await file.write(bytes);
      await file.sync();
    } finally {
      file.close();
    }
    await files.rename(temporary, path);
  } catch (error) {
    // The write's own failure is what matters: on a dead disk the removal fails too.
    await files.remove(temporary).catch(() => {});
    throw error;
  }
  await files.syncDirectory(directory);
}

/**
 * Whether a directory entry is what a killed {@linkcode writeFileAtomic} left behind.
 *
 * @param name The entry's name, without its directory.
 * @param target The file it would have become; any file where it is not given.
 */
export function isLeftover(name: string, target?: string): boolean {
  const match = TEMPORARY.exec(name);
  return match !== null && (target === undefined || match[1] === target);
}
