/**
 * What a run of probes means: how many misses make a wedge, and when to restart Chromium for it.
 *
 * @module
 */
import type { ProbeOutcome } from "./probe.ts";

/** What is remembered between two probes. */
export interface Verdict {
  /** Misses in a row. */
  readonly misses: number;
  /** The number of misses at which Chromium is restarted next. */
  readonly restartAt: number;
  /** Whether Chromium counts as wedged: liveness fails. */
  readonly isWedged: boolean;
}

/** What to do now. */
export type VerdictAction = "none" | "restart" | "recovered";

/** Before the first probe. */
export function initialVerdict(missesAllowed: number): Verdict {
  return { misses: 0, restartAt: missesAllowed, isWedged: false };
}

/**
 * The verdict after one more probe. A wedge that outlives a restart is restarted again after
 * twice as many misses, and so on: a machine that is merely too slow must not be made slower.
 *
 * @param before The verdict so far.
 * @param outcome What the probe found.
 * @param missesAllowed Misses in a row that make a wedge.
 */
export function judge(
  before: Verdict,
  outcome: ProbeOutcome,
  missesAllowed: number,
): { readonly after: Verdict; readonly action: VerdictAction } {
  if (outcome.kind === "ok") {
    return {
      after: initialVerdict(missesAllowed),
      action: before.isWedged ? "recovered" : "none",
    };
  }
  const misses = before.misses + 1;
  const isDue = misses >= before.restartAt;
  return {
    after: {
      misses,
      restartAt: isDue ? misses * 2 : before.restartAt,
      isWedged: misses >= missesAllowed,
    },
    action: isDue ? "restart" : "none",
  };
}
