/**
 * Reads a table of a documentation page, so that a test can hold the product to it.
 *
 * @module
 */
import { ROOT } from "./program.ts";

/** The rows of the first table whose header begins with `first`, as objects by column. */
export function readTable(
  page: string,
  first: string,
): readonly Readonly<Record<string, string>>[] {
  const lines = Deno.readTextFileSync(`${ROOT}${page}`).split("\n");
  const start = lines.findIndex((line) => cells(line)[0] === first);
  if (start < 0) throw new Error(`${page} has no table that begins with "${first}"`);
  const header = cells(lines[start] ?? "");
  const rows: Record<string, string>[] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith("|")) break;
    const values = cells(line);
    rows.push(Object.fromEntries(header.map((name, at) => [name, values[at] ?? ""])));
  }
  return rows;
}

function cells(line: string): readonly string[] {
  if (!line.startsWith("|")) return [];
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}
