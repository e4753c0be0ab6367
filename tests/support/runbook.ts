/**
 * The page of an alert, as whoever was woken by it follows it.
 *
 * @module
 */
import { ROOT } from "./program.ts";

/** The parts of a page that say what to type. */
export type RunbookPart = "Diagnosis" | "Mitigation";

/** The commands of a part, one entry for each block, as they stand on the page. */
export function runbookCommands(alert: string, part: RunbookPart): readonly string[] {
  const page = Deno.readTextFileSync(`${ROOT}docs/runbooks/${alert}.md`);
  return shellBlocks(page.split(/^## /m).find((section) => section.startsWith(part)) ?? "");
}

/** Every block of a text that is for a shell. */
export function shellBlocks(text: string): readonly string[] {
  return [...text.matchAll(/^ *```(?:bash|sh)\n([^]*?)^ *```$/gm)].map(([, block = ""]) => block);
}
