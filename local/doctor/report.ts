/**
 * What the doctor says, for a person and for a machine.
 *
 * @module
 */
import type { CheckResult, Finding } from "./finding.ts";

const MARKS = { ok: "ok", wrong: "WRONG", skipped: "skipped" } as const;

/** SGR parameters of ECMA-48. */
const COLOURS = { ok: "32", wrong: "1;31", skipped: "33", command: "36" } as const;

/**
 * Lines for a person: what is well or skipped in a line each, and then what is wrong, each with the command
 * that mends it on a line of its own.
 *
 * @param results Every check.
 * @param isColoured Whether it goes to a terminal that wants colours.
 */
export function doctorText(results: readonly CheckResult[], isColoured = false): string {
  const paint = (colour: keyof typeof COLOURS, text: string) =>
    isColoured ? `\x1b[${COLOURS[colour]}m${text}\x1b[0m` : text;
  const width = Math.max(...results.map(({ check }) => check.length)) + 2;
  const head = (result: CheckResult["result"], check: string, text: string) =>
    `${paint(result, MARKS[result].padEnd(9))}${`${check}  `.padEnd(width)}${printable(text)}`;
  const lines = (["ok", "skipped"] as const).flatMap((wanted) => {
    const same = Map.groupBy(results.filter(({ result }) => result === wanted), ({ text }) => text);
    return [...same].map(([text, all]) =>
      head(wanted, all.map(({ check }) => check).join(", "), text)
    );
  });
  for (const { check, findings } of results) {
    for (const group of sameFix(findings)) {
      const [first] = group;
      if (first === undefined) continue;
      const shows = first.does === "show" ? "   # shows more: what to do is for you to say" : "";
      lines.push(
        "",
        ...group.map(({ text }) => head("wrong", check, text)),
        `  ${paint("command", printable(first.fix))}${shows}`,
      );
    }
  }
  const count = results.flatMap(({ findings }) => findings).length;
  const end = count === 0
    ? paint("ok", "Nothing is wrong.")
    : paint("wrong", `${count === 1 ? "One thing is" : `${count} things are`} wrong.`) +
      (count === 1 ? "" : " Mend from the top: what comes first, others stand on.");
  return [...lines, "", end].map((line) => `${line}\n`).join("");
}

/** The same as one JSON object; within a version keys are added and none changes its meaning. */
export function doctorJson(results: readonly CheckResult[]): string {
  const checks = results.map(({ findings, ...rest }) => ({
    ...rest,
    findings: findings.map(({ does = "mend", ...finding }) => ({ ...finding, does })),
  }));
  return `${JSON.stringify({ version: 1, is_well: isWell(results), checks })}\n`;
}

/** Whether nothing is wrong. */
export function isWell(results: readonly CheckResult[]): boolean {
  return results.every(({ result }) => result !== "wrong");
}

/** Findings that one command mends, together. */
function sameFix(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  return [...Map.groupBy(findings, ({ fix, does }) => `${does} ${fix}`).values()];
}

/** Names of files and processes are somebody else's, and would act on the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}
