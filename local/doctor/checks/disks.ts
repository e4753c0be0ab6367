/**
 * Whether there is room for a snapshot, a profile and a t3 release.
 *
 * @module
 */
import type { Check, Finding } from "../finding.ts";

/** A release of t3, its backup and a browser's scratch space fit into this. */
const LEAST_BYTES = 1_073_741_824;
/** A small file system needs less. */
const LEAST_SHARE = 0.1;
const LEAST_FILES = 10_000;
const MEBIBYTE = 1_048_576;

/** The check. */
export const DISKS: Check = {
  name: "disks",
  okText: "there is room on every file system that is written to",
  judge: ({ disks }) =>
    disks.flatMap(({ path, sizeBytes, availableBytes, availableFiles }): readonly Finding[] => {
      const leastBytes = Math.min(LEAST_BYTES, sizeBytes * LEAST_SHARE);
      if (availableBytes < leastBytes) {
        const left = Math.floor(availableBytes / MEBIBYTE);
        return [{
          text: `"${path}" has ${left} MiB left, must have at least ${
            Math.ceil(leastBytes / MEBIBYTE)
          } MiB`,
          fix: `du -xh --max-depth=2 ${path} | sort -h | tail`,
        }];
      }
      if (availableFiles !== undefined && availableFiles < LEAST_FILES) {
        return [{
          text: `"${path}" can hold ${availableFiles} more files, must be at least ${LEAST_FILES}`,
          fix: `du -x --inodes --max-depth=2 ${path} | sort -n | tail`,
        }];
      }
      return [];
    }),
};
