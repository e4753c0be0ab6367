/**
 * What the program says at its end. Pure.
 *
 * @module
 */
import type { RunEnd } from "./closing.ts";
import type { Result } from "./endings.ts";

/** What its exit codes mean. */
export const EXIT_CODES: Readonly<Record<number, string>> = {
  0: "brought out, deferred, nothing to do, or frozen",
  1: "failed in a way that has no code of its own",
  2: "bad usage or configuration",
  3: "inconclusive: registry, disk, dispatch or the gate itself; nobody is blamed",
  4: "the build did not pass; it is skipped, and everybody has what they had",
  5: "the build failed for a user; everybody is back, and the brake is on",
  6: "somebody could not be brought back: look at once",
};

/** The exit code of a run. */
export function exitCodeOf(result: Result): number {
  switch (result) {
    case "inconclusive":
      return 3;
    case "refused":
      return 4;
    case "rolled-back":
      return 5;
    case "stranded":
      return 6;
    default:
      return 0;
  }
}

/** The exit code of a way back that was asked for: that it was gone is no failure. */
export function rollbackExitCode(result: Result): number {
  return result === "rolled-back" ? 0 : exitCodeOf(result);
}

/** A run's end, for a person. */
export function endText({ result, why }: RunEnd): string {
  return `${result}${why === "" ? "" : `: ${why}`}\n`;
}

/** The history, a line each. */
export function historyText(events: readonly Readonly<Record<string, unknown>>[]): string {
  if (events.length === 0) return "nothing has been decided or done yet\n";
  return events.map(({ at, did, ...rest }) => {
    const details = Object.entries(rest).filter(([, value]) => value !== undefined)
      .map(([name, value]) =>
        `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`
      );
    return `${at}  ${String(did).padEnd(8)} ${details.join(" ")}\n`;
  }).join("");
}
