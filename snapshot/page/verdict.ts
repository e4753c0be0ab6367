/**
 * The page in one line: what somebody who passes by has to know.
 *
 * @module
 */
import type { PageFacts } from "./page_facts.ts";
import { counted } from "./page_text.ts";

const DAY_MS = 24 * 3_600_000;

/** How it stands, and in which words. */
export interface Verdict {
  /** How. */
  readonly mood: "good" | "warning" | "bad";
  /** In words. */
  readonly text: string;
}

/** Judges: what is wrong first, then what soon will be. */
export function verdictOf({ faults, expiring, pulls, nowMs }: PageFacts): Verdict {
  const bad = faults.filter(({ mood }) => mood === "bad").length;
  if (bad > 0) {
    return { mood: "bad", text: `${counted(bad, "thing")} ${bad === 1 ? "is" : "are"} wrong` };
  }
  const ending = expiring.filter(({ expiresMs = Infinity }) => expiresMs <= nowMs + DAY_MS).length;
  const late = pulls.filter(({ isLate }) => isLate).length;
  const also = [
    ...(faults.length > 0 ? [counted(faults.length, "warning")] : []),
    ...(ending > 0
      ? [`${counted(ending, "login")} ${ending === 1 ? "ends" : "end"} within a day`]
      : []),
    ...(late > 0 ? [`${counted(late, "reader")} late`] : []),
  ];
  return also.length === 0
    ? { mood: "good", text: "Everything works" }
    : { mood: "warning", text: `Works: ${also.join(", ")}` };
}
