/**
 * Whether there is room for a snapshot, a profile and a t3 release, and whether it can be written to.
 *
 * @module
 */
import { asRoot, chained, quoted } from "../command_line.ts";
import type { DiskFact } from "../facts.ts";
import type { Finding } from "../finding.ts";
import type { MachineCheck } from "../machine_check.ts";

/** A release of t3, its backup and a browser's scratch space fit into this. */
const LEAST_BYTES = 1_073_741_824;
/** A small file system needs less. */
const LEAST_SHARE = 0.1;
const LEAST_FILES = 10_000;
const MEBIBYTE = 1_048_576;

/** The check. */
export const DISKS: MachineCheck = {
  name: "disks",
  okText: "there is room on every file system that is written to",
  judge: ({ disks, uid }) =>
    disks.length === 0
      ? { skipped: "df tells of no file system" }
      : disks.flatMap((disk) => judgeDisk(disk, uid)),
};

function judgeDisk(disk: DiskFact, uid: number): readonly Finding[] {
  const { path, sizeBytes, availableBytes, availableFiles, isReadOnly, caches } = disk;
  if (isReadOnly) {
    return [{
      text: `"${path}" is mounted read-only, must be written to`,
      fix: asRoot(uid, `mount -o remount,rw ${quoted(path)}`),
      about: [path],
    }];
  }
  const leastBytes = Math.min(LEAST_BYTES, sizeBytes * LEAST_SHARE);
  if (availableBytes < leastBytes) {
    const missing = leastBytes - availableBytes;
    const freed = caches.reduce((sum, cache) => sum + cache.sizeBytes, 0);
    return [{
      text: `"${path}" has ${Math.floor(availableBytes / MEBIBYTE)} MiB left, must have at least ` +
        `${Math.ceil(leastBytes / MEBIBYTE)} MiB`,
      ...freed >= missing
        ? { fix: asRoot(uid, chained(...caches.map(({ command }) => command))) }
        : shown(uid, `du -xh --max-depth=2 ${quoted(path)} | sort -h | tail`),
      about: [path],
    }];
  }
  if (availableFiles !== undefined && availableFiles < LEAST_FILES) {
    return [{
      text: `"${path}" can hold ${availableFiles} more files, must be at least ${LEAST_FILES}`,
      ...shown(uid, `du -x --inodes --max-depth=2 ${quoted(path)} | sort -n | tail`),
      about: [path],
    }];
  }
  return [];
}

function shown(uid: number, line: string): { readonly fix: string; readonly does: "show" } {
  return { fix: asRoot(uid, line), does: "show" };
}
