/**
 * What the doctor says, for a person and for a machine.
 *
 * @module
 */
import type { CheckResult } from "./finding.ts";

const MARKS: Readonly<Record<CheckResult["result"], string>> = {
  ok: "ok",
  wrong: "WRONG",
  skipped: "skipped",
};

/** Lines for a person: every check, and below what is wrong the command that mends it. */
export function doctorText(results: readonly CheckResult[]): string {
  const lines = results.flatMap(({ check, result, text, findings }) => {
    const head = (said: string) => `${MARKS[result].padEnd(9)}${check.padEnd(10)}${said}`;
    if (result !== "wrong") return [head(text)];
    return findings.flatMap((finding) => [head(finding.text), `${" ".repeat(19)}→ ${finding.fix}`]);
  });
  const count = results.flatMap(({ findings }) => findings).length;
  const end = count === 0
    ? "Nothing is wrong."
    : `${count === 1 ? "One thing is" : `${count} things are`} wrong.`;
  // Names of files and processes are somebody else's, and would act on the terminal.
  return [...lines, "", end].map((line) => `${line.replaceAll(/\p{C}/gu, "?")}\n`).join("");
}

/** The same as one JSON object; within a version keys are added and none changes its meaning. */
export function doctorJson(results: readonly CheckResult[]): string {
  return `${JSON.stringify({ version: 1, is_well: isWell(results), checks: results })}\n`;
}

/** Whether nothing is wrong. */
export function isWell(results: readonly CheckResult[]): boolean {
  return results.every(({ result }) => result !== "wrong");
}
