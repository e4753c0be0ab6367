/**
 * The repository as the gate sees it: its files, its programs and what `deno.json` says.
 *
 * @module
 */

/** The repository's root, with a slash at the end. */
export const ROOT: string = new URL("../../", import.meta.url).pathname;

const SKIPPED = new Set([".git", "node_modules", "coverage"]);

/** Every file below the root, as paths relative to it, in order. */
export function repositoryFiles(): readonly string[] {
  const files: string[] = [];
  const walk = (folder: string) => {
    for (const entry of Deno.readDirSync(`${ROOT}${folder}`)) {
      if (SKIPPED.has(entry.name)) continue;
      if (entry.isDirectory) walk(`${folder}${entry.name}/`);
      else if (entry.isFile) files.push(`${folder}${entry.name}`);
    }
  };
  walk("");
  return files.sort();
}

/** The names of the root programs: `x` for every `x.ts` at the root. */
export function rootPrograms(): readonly string[] {
  return repositoryFiles().filter((path) => /^[^/]+\.ts$/.test(path) && !path.endsWith("_test.ts"))
    .map((path) => path.slice(0, -".ts".length));
}

/** What the gate reads of `deno.json`. */
export interface DenoConfig {
  /** Named permission sets. */
  readonly permissions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Reads `deno.json`. */
export function readDenoConfig(): DenoConfig {
  return JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
}
