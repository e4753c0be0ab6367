/**
 * Reads tables of a documentation page, so that a test can hold the product to them.
 *
 * @module
 */
import { ROOT } from "./program.ts";

/** The rows of a table, as objects by column. */
export type TableRows = readonly Readonly<Record<string, string>>[];

/** The first table whose header begins with `first`. */
export function readTable(page: string, first: string): TableRows {
  const [table] = readTables(page, first);
  if (table === undefined) throw new Error(`${page} has no table that begins with "${first}"`);
  return table;
}

/** Every table whose header begins with `first`, in the order of the page. */
export function readTables(page: string, first: string): readonly TableRows[] {
  const lines = Deno.readTextFileSync(`${ROOT}${page}`).split("\n");
  return lines.flatMap((line, start) => {
    const header = cells(line);
    if (header[0] !== first) return [];
    const rest = lines.slice(start + 2);
    const end = rest.findIndex((row) => !row.startsWith("|"));
    return [
      rest.slice(0, end < 0 ? undefined : end).map((row) => {
        const values = cells(row);
        return Object.fromEntries(header.map((name, at) => [name, values[at] ?? ""]));
      }),
    ];
  });
}

function cells(line: string): readonly string[] {
  if (!line.startsWith("|")) return [];
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}
