/**
 * Reads unit files (man 5 systemd.syntax), as far as the rules of this room need it: sections,
 * assignments in their order, and continued lines. Specifiers and quotes are left as they are.
 *
 * @module
 */

/** One assignment. */
export interface Directive {
  /** Its section, such as `Service`. */
  readonly section: string;
  /** Its name, such as `ExecStart`. */
  readonly name: string;
  /** Its value; continued lines are joined by a space. */
  readonly value: string;
  /** The number of its first line, from 1. */
  readonly line: number;
}

/** A unit file. */
export interface UnitFile {
  /** The comment before the first section, without its marks. */
  readonly header: string;
  /** Every assignment, from first to last. */
  readonly directives: readonly Directive[];
}

/**
 * Reads a unit file.
 *
 * @param text Its text.
 * @throws {SyntaxError} When a line is neither blank, a comment, a section nor an assignment.
 */
export function parseUnitFile(text: string): UnitFile {
  const header: string[] = [];
  const directives: Directive[] = [];
  const lines = text.split("\n");
  let section = "";
  for (let at = 0; at < lines.length; at++) {
    const first = at;
    let line = lines[at] ?? "";
    if (/^\s*[#;]/.test(line)) {
      if (section === "") header.push(line.replace(/^\s*[#;]\s?/, ""));
      continue;
    }
    while (line.endsWith("\\") && at + 1 < lines.length) {
      line = `${line.slice(0, -1).trimEnd()} ${(lines[++at] ?? "").trimStart()}`;
    }
    if (line.trim() === "") continue;
    const named = line.match(/^\[([^\]]+)\]\s*$/);
    const assigned = line.match(/^([A-Za-z0-9]+)\s*=\s*(.*)$/);
    if (named?.[1] !== undefined) section = named[1];
    else if (assigned?.[1] !== undefined && section !== "") {
      const [, name, value = ""] = assigned;
      directives.push({ section, name, value: value.trimEnd(), line: first + 1 });
    } else throw new SyntaxError(`Cannot read line ${first + 1} of the unit: "${line}"`);
  }
  return { header: header.join("\n"), directives };
}
