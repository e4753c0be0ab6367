/**
 * How much room file systems have, by df(1).
 *
 * @module
 */
import type { DiskFact } from "../facts.ts";
import { runTool } from "./run_tool.ts";

/** Asks for the file systems of some directories, each once; a directory that is missing has none. */
export async function gatherDisks(paths: readonly string[]): Promise<readonly DiskFact[]> {
  const { stdout } = await runTool("/usr/bin/df", [
    "--block-size=1",
    "--output=size,avail,itotal,iavail,target",
    "--",
    ...paths,
  ]);
  return parseDisks(stdout);
}

/** Reads what df printed, under its head line. */
export function parseDisks(text: string): readonly DiskFact[] {
  const found = new Map<string, DiskFact>();
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
