/**
 * The generations of a snapshot directory, for a person and for a machine.
 *
 * @module
 */
import type { SettledDirectory } from "./generation_files.ts";
import type { GenerationEntry, RefusalEntry } from "./manifest.ts";

/** What `harvester --list --json` prints. */
export interface GenerationReport {
  /** From the newest to the oldest. */
  readonly generations: readonly (GenerationEntry & { readonly isCurrent: boolean })[];
  /** Why the last candidate was refused, or `null`. */
  readonly lastRefusal: RefusalEntry | null;
}

/** What a directory holds, newest first. */
export function generationReport({ manifest, current }: SettledDirectory): GenerationReport {
  return {
    generations: manifest.generations.toReversed().map((entry) => ({
      ...entry,
      isCurrent: entry.number === current?.entry.number,
    })),
    lastRefusal: manifest.lastRefusal,
  };
}

/** The same as text, a line each. */
export function generationText({ generations, lastRefusal }: GenerationReport): string {
  const rows = generations.map((entry) => [
    String(entry.number),
    entry.writtenAt.replace("T", " ").replace(/\.\d+Z$/, " UTC"),
    `${entry.cookies} cookies`,
    `${entry.origins} origins`,
    `${entry.sizeBytes} bytes`,
    entry.browser?.product ?? "unknown browser",
    notes(entry),
  ]);
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ??
    [];
  const lines = rows.map((row) =>
    row.map((cell, at) => at === 0 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0))
      .join("  ").trimEnd()
  );
  if (lines.length === 0) lines.push("No generation yet");
  if (lastRefusal !== null) lines.push("", `Since ${lastRefusal.since}: ${lastRefusal.text}`);
  return `${lines.join("\n")}\n`;
}

function notes(entry: GenerationEntry & { isCurrent: boolean }): string {
  const kept = entry.keptSessionCookies.length;
  return [
    ...(entry.isCurrent ? ["current"] : []),
    ...(entry.restoredFrom === undefined ? [] : [`restored from ${entry.restoredFrom}`]),
    ...(kept === 0 ? [] : [`${kept} kept session ${kept === 1 ? "cookie" : "cookies"}`]),
  ].join(", ");
}
