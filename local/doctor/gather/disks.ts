/**
 * How much room file systems have, by df(1), and what fills them that can be had again.
 *
 * @module
 */
import type { CacheFact, DiskFact } from "../facts.ts";
import { runTool } from "./run_tool.ts";

/** What can be thrown away, and what does it. */
const CACHES: Readonly<Record<string, string>> = {
  "/var/cache/apt/archives": "apt-get clean",
  "/var/log/journal": "journalctl --rotate --vacuum-size=64M",
};

/** Asks for the file systems of some directories, each once; a directory that is missing has none. */
export async function gatherDisks(paths: readonly string[]): Promise<readonly DiskFact[]> {
  const caches = Object.keys(CACHES);
  const [disks, mounts, targets, sizes] = await Promise.all([
    runTool("/usr/bin/df", [
      "--block-size=1",
      "--output=size,avail,itotal,iavail,target",
      "--",
      ...paths,
    ]),
    runTool("/usr/bin/cat", ["/proc/self/mounts"]),
    runTool("/usr/bin/df", ["--output=file,target", "--", ...caches]),
    runTool("/usr/bin/du", ["--summarize", "--block-size=1", "--", ...caches]),
  ]);
  const readOnly = parseReadOnly(mounts.stdout);
  const found = parseCaches(targets.stdout, sizes.stdout);
  return parseDisks(disks.stdout).map((disk) => ({
    ...disk,
    isReadOnly: readOnly.has(disk.path),
    caches: found.get(disk.path) ?? [],
  }));
}

/** What df tells of one file system. */
export type DiskRoom = Omit<DiskFact, "isReadOnly" | "caches">;

/** Reads what df printed, under its head line. */
export function parseDisks(text: string): readonly DiskRoom[] {
  const found = new Map<string, DiskRoom>();
  for (const line of text.split("\n").slice(1)) {
    const [, size, avail, itotal, iavail, path] =
      /^\s*(\d+)\s+(\d+)\s+(\d+|-)\s+(\d+|-)\s+(\/.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    const hasLimit = Number(itotal) > 0;
    found.set(path, {
      path,
      sizeBytes: Number(size),
      availableBytes: Number(avail),
      availableFiles: hasLimit ? Number(iavail) : undefined,
    });
  }
  return [...found.values()];
}

/** Where a file system is mounted that cannot be written to, from proc_mounts(5). */
export function parseReadOnly(mounts: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const line of mounts.split("\n")) {
    const [, path, , options = ""] = line.split(" ");
    if (path === undefined) continue;
    const target = path.replaceAll(
      /\\([0-7]{3})/g,
      (_, octal) => String.fromCharCode(parseInt(octal, 8)),
    );
    // What is mounted over another hides it.
    if (options.split(",").includes("ro")) found.add(target);
    else found.delete(target);
  }
  return found;
}

/** Caches by where their file system is mounted, from what df and du printed. */
export function parseCaches(
  targets: string,
  sizes: string,
): ReadonlyMap<string, readonly CacheFact[]> {
  const found = new Map<string, CacheFact[]>();
  for (const [, path = "", target = ""] of targets.matchAll(/^(\/\S+)\s+(\/.*)$/gm)) {
    const command = CACHES[path];
    const line = sizes.split("\n").find((each) => each.endsWith(`\t${path}`));
    const sizeBytes = Number(line?.split("\t")[0]);
    if (command === undefined || !(sizeBytes > 0)) continue;
    found.set(target, [...found.get(target) ?? [], { sizeBytes, command }]);
  }
  return found;
}
