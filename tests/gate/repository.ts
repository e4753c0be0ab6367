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

/** Every TypeScript module that is part of the product: no tests and nothing that serves only them. */
export function productModules(): readonly string[] {
  return repositoryFiles().filter((path) =>
    path.endsWith(".ts") && !path.endsWith("_test.ts") && !/^(?:tests|bench)\//.test(path)
  );
}

/** The names of the root programs: `x` for every `x.ts` at the root. */
export function rootPrograms(): readonly string[] {
  return productModules().filter((path) => !path.includes("/")).map((path) => path.slice(0, -3));
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
