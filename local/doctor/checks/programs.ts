/**
 * Whether Deno, Chromium and Node are there and new enough.
 *
 * @module
 */
import type { ProgramFact } from "../facts.ts";
import type { Check, Finding } from "../finding.ts";

/** The check. */
export const PROGRAMS: Check = {
  name: "programs",
  okText: "Deno, Chromium and Node are new enough",
  judge: ({ programs }) => programs.flatMap(judgeProgram),
};

function judgeProgram({ name, version, least, fix }: ProgramFact): readonly Finding[] {
  if (version === undefined) {
    return [{ text: `${name} is not installed, must be ${least} or newer`, fix }];
  }
  const found = /\d+(?:\.\d+)+/.exec(version)?.[0];
  if (found === undefined) {
    return [{ text: `${name} does not tell its version, must be ${least} or newer`, fix }];
  }
  return isOlder(found, least)
    ? [{ text: `${name} is ${found}, must be ${least} or newer`, fix }]
    : [];
}

/** Whether a version of numbers and dots comes before another. */
export function isOlder(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split(".").map(Number));
  for (const [at, wanted] of (b ?? []).entries()) {
    const found = a?.[at] ?? 0;
    if (found !== wanted) return found < wanted;
  }
  return false;
}
