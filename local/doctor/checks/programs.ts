/**
 * Whether Deno, Chromium and Node are there and new enough.
 *
 * @module
 */
import type { ProgramFact } from "../facts.ts";
import type { Finding } from "../finding.ts";
import type { MachineCheck } from "../machine_check.ts";

/** The check. */
export const PROGRAMS: MachineCheck = {
  name: "programs",
  okText: "Deno, Chromium and Node are new enough",
  judge: ({ programs }) => programs.flatMap(judgeProgram),
};

function judgeProgram({ name, version, least, fix, path }: ProgramFact): readonly Finding[] {
  const finding = (is: string): readonly Finding[] => [{
    text: `${name} ${is}, must be ${least} or newer`,
    fix,
    about: [path],
  }];
  if (version === undefined) return finding("is not installed");
  const found = /\d+(?:\.\d+)+/.exec(version)?.[0];
  if (found === undefined) return finding("does not tell its version");
  return isOlder(found, least) ? finding(`is ${found}`) : [];
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
