/**
 * Tables of the reference pages.
 *
 * @module
 */
import type { CommandPage } from "./cli_reference.ts";
import { FILE_FORMATS } from "./file_schemas.ts";

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Every kind of file. */
export function fileTable(): string {
  return table(
    ["file", "holds", "written by", "schema"],
    FILE_FORMATS.map(({ name, paths, holds, writer }) => [
      paths.map((path) => path.startsWith("/") ? `\`${path}\`` : path).join(", "),
      holds,
      writer,
      `[${name}](${name}.schema.json)`,
    ]),
  );
}

/** The variables of each program, those of its subcommands among them. */
export function environmentTables(
  programs: readonly string[],
  commands: readonly CommandPage[],
): string {
  return programs.map((program) => {
    const known = commands.filter(({ words }) => words[0] === program)
      .flatMap(({ description }) => description.environment)
      .filter(({ name }) => !name.startsWith("LOG_"));
    const variables = [...new Map(known.map((each) => [each.name, each])).values()];
    const rows = variables.map(({ name, fallback, description }) => [
      `\`${name}\``,
      fallback === undefined ? "" : `\`${fallback}\``,
      description,
    ]);
    const text = rows.length === 0
      ? "None of its own."
      : table(["variable", "default", "what it sets"], rows);
    return `## ${program}\n\n${text}`;
  }).join("\n\n");
}
