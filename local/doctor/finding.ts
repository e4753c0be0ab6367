/**
 * What the doctor says: a sentence for everything that is wrong, and the command that mends it.
 *
 * @module
 */
import type { MachineFacts } from "./facts.ts";

/** One thing that is wrong. */
export interface Finding {
  /** What is, and what must be. */
  readonly text: string;
  /** A command line, or the file to edit, that mends it. */
  readonly fix: string;
}

/** What came of a check: findings, none where all is well, or why it could not be made. */
export type Verdict = readonly Finding[] | { readonly skipped: string };

/** One kind of thing that is looked at. */
export interface Check {
  /** Its name, which never changes. */
  readonly name: string;
  /** What is true where there is no finding. */
  readonly okText: string;
  /** Judges; the same facts get the same verdict. */
  readonly judge: (facts: MachineFacts) => Verdict;
}

/** A check that was made. */
export interface CheckResult {
  /** The check's name. */
  readonly check: string;
  /** What came of it. */
  readonly result: "ok" | "wrong" | "skipped";
  /** What is true, or why it could not be told; nothing beside findings. */
  readonly text: string;
  /** What is wrong. */
  readonly findings: readonly Finding[];
}

/** Makes one check. */
export function makeCheck({ name, okText, judge }: Check, facts: MachineFacts): CheckResult {
  const verdict = judge(facts);
  if ("skipped" in verdict) {
    return { check: name, result: "skipped", text: verdict.skipped, findings: [] };
  }
  return verdict.length === 0
    ? { check: name, result: "ok", text: okText, findings: [] }
    : { check: name, result: "wrong", text: "", findings: verdict };
}
