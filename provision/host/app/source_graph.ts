/**
 * Which of our own modules a program is made of, and which packages it uses.
 *
 * Imports are found by their text, which our style keeps plain: a literal in quotation marks. The
 * installation of a host proves that none was missed, since every program is started from it.
 *
 * @module
 */

/** A program's modules and packages. */
export interface SourceGraph {
  /** Paths of modules below the root, sorted, with their texts. */
  readonly modules: ReadonlyMap<string, string>;
  /** Specifiers that are no path, sorted. */
  readonly packages: readonly string[];
}

/** Static and dynamic imports, re-exports, and modules that are started as workers. */
const IMPORT =
  /\bfrom\s*"([^"]+)"|\bimport\s*\(\s*"([^"]+)"|\bimport\s+"([^"]+)"|\bnew URL\(\s*"([^"]+\.ts)",\s*import\.meta\.url/g;

/**
 * Follows imports.
 *
 * @param entries Paths of the programs, below the root.
 * @param read Gives a module's text.
 */
export async function sourceGraph(
  entries: readonly string[],
  read: (path: string) => Promise<string>,
): Promise<SourceGraph> {
  const modules = new Map<string, string>();
  const packages = new Set<string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (modules.has(path)) continue;
    const text = await read(path);
    modules.set(path, text);
    for (const specifier of importsOf(text)) {
      if (/^\.{1,2}\//.test(specifier)) waiting.push(resolve(path, specifier));
      else if (!/^(?:node|https?|jsr|data):/.test(specifier)) packages.add(specifier);
    }
  }
  return {
    modules: new Map([...modules].sort(([a], [b]) => a < b ? -1 : 1)),
    packages: [...packages].sort(),
  };
}

/** The specifiers of a module's imports; examples in documentation are none. */
export function importsOf(text: string): readonly string[] {
  const code = text.split("\n").filter((line) => !/^\s*(?:\*|\/\/)/.test(line)).join("\n");
  return [...code.matchAll(IMPORT)].map((match) => match.slice(1).find((one) => one) ?? "");
}

function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}
