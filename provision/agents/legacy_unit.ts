/**
 * What a user's own unit from before is: a server with its ports, or something that serves nobody.
 *
 * @module
 */

/** A unit that a person wrote is shorter; what is longer is not read. */
export const MAX_UNIT_BYTES: number = 100_000;

/** What is known of a unit. */
export type LegacyUnit =
  /** A timer or a task: nobody has a session with it. */
  | { readonly kind: "task" }
  /** A server on these ports, all of which count. */
  | { readonly kind: "server"; readonly ports: readonly number[] }
  /** A server, and where it listens cannot be told. */
  | { readonly kind: "unknown" };

const PORTS = [
  // Of a command line: --port 8931, --port=8931, --port "8931".
  /--port(?:\s+|=)["']?(\d{1,5})(?=["'\s]|$)/g,
  // Of a variable: Environment=PLAYWRIGHT_PORT=8931, Environment="PORT=8931".
  /\b\w*PORT=["']?(\d{1,5})(?=["'\s]|$)/g,
];

/**
 * Tells what a unit is from its file.
 *
 * @param name The unit.
 * @param texts Its file and the files that add to it; `undefined` for one that cannot be read.
 */
export function legacyUnit(name: string, texts: readonly (string | undefined)[]): LegacyUnit {
  if (name.endsWith(".timer")) return { kind: "task" };
  const lines = texts.flatMap((text) => linesOf(text?.slice(0, MAX_UNIT_BYTES) ?? ""));
  const isWhole = texts.every((text) => text !== undefined && text.length <= MAX_UNIT_BYTES);
  if (isWhole && lines.some((line) => /^Type\s*=\s*oneshot$/.test(line))) return { kind: "task" };
  const ports = lines.flatMap((line) =>
    PORTS.flatMap((pattern) => [...line.matchAll(pattern)].map(([, port]) => Number(port)))
  );
  if (!isWhole || ports.length === 0) return { kind: "unknown" };
  return { kind: "server", ports: [...new Set(ports)].sort((a, b) => a - b) };
}

/** Lines as systemd reads them: continued ones joined, comments left out. */
function linesOf(text: string): readonly string[] {
  const lines: string[] = [];
  let open = "";
  for (const line of text.split("\n").map((raw) => raw.trim())) {
    if (/^[#;]/.test(line)) continue;
    if (line.endsWith("\\")) open += `${line.slice(0, -1)} `;
    else {
      lines.push(`${open}${line}`);
      open = "";
    }
  }
  return open === "" ? lines : [...lines, open];
}
