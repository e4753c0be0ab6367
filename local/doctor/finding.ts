/**
 * What the doctor says: a sentence for everything that is wrong, and the command that mends it.
 *
 * @module
 */

/** One thing that is wrong. */
export interface Finding {
  /** What is, and what must be. */
  readonly text: string;
  /** A command line to paste into a shell. */
  readonly fix: string;
  /** Whether it mends, or shows what a person has to decide by. @default {"mend"} */
  readonly does?: "mend" | "show";
  /** What it is about, and what is not right because of it: paths, units, names. */
  readonly about: readonly string[];
}

/** What came of a check: findings, none where all is well, or why it could not be made. */
export type Verdict = readonly Finding[] | { readonly skipped: string };

/** One kind of thing that is looked at. */
export interface Check<Facts> {
  /** Its name, which never changes. */
  readonly name: string;
  /** What is true where there is no finding. */
  readonly okText: string;
  /** Judges; the same facts get the same verdict. */
  readonly judge: (facts: Facts) => Verdict;
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

/**
 * Makes checks, one after the other.
 *
 * What a finding is about is told once, by the check that comes first: who runs its command has
 * mended it for the others, or is told the rest the next time.
 *
 * @param checks What others stand on comes first.
 * @param facts What is known.
 */
export function examine<Facts>(
  checks: readonly Check<Facts>[],
  facts: Facts,
): readonly CheckResult[] {
  const told = new Set<string>();
  return checks.map(({ name, okText, judge }): CheckResult => {
    const verdict = judge(facts);
    if ("skipped" in verdict) {
      return { check: name, result: "skipped", text: verdict.skipped, findings: [] };
    }
    const findings = verdict.filter(({ about }) => {
      if (about.some((each) => told.has(each))) return false;
      for (const each of about) told.add(each);
      return true;
    });
    if (findings.length > 0) return { check: name, result: "wrong", text: "", findings };
    return verdict.length > 0
      ? { check: name, result: "skipped", text: "what is not right here is told above", findings }
      : { check: name, result: "ok", text: okText, findings };
  });
}
