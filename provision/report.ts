/**
 * What a run says: lines for a person, or one JSON object a line for a machine.
 *
 * @module
 */
import type { Report, Result } from "./drive.ts";
import { type Item, MACHINE } from "./item.ts";
import { printable } from "./real/printable.ts";

/** How often each result came up. */
export type Counts = Readonly<Record<Result["kind"], number>>;

/** A report that is being written. */
export interface RunReport {
  /** Takes each item. */
  readonly report: Report;
  /** Ends the report. */
  end(isWhole: boolean): Counts;
}

/** What the first event of a run says. */
export interface RunStart {
  /** `plan`, `apply` or `host`. */
  readonly command: string;
  /** The run's id, which is in the audit log too. */
  readonly run: string;
}

/** How a report is written. */
export interface ReportOptions {
  /** Takes text. */
  readonly print: (text: string) => void;
  /** Whether resources that are right are listed, too. */
  readonly isVerbose: boolean;
}

const MARKS: Readonly<Record<Result["kind"], string>> = {
  ok: "ok      ",
  pending: "change  ",
  changed: "changed ",
  failed: "FAILED  ",
  skipped: "skipped ",
  warning: "warning ",
  error: "ERROR   ",
};

/** Lines for a person, below the scope they are of. */
export function textReport({ print, isVerbose }: ReportOptions): RunReport {
  const counts = noCounts();
  let shown = "";
  return {
    report(item, result) {
      counts[result.kind]++;
      if (result.kind === "ok" && !isVerbose) return;
      if (shown !== item.scope) {
        shown = item.scope;
        print(`${item.scope === MACHINE ? "The machine" : item.scope}\n`);
      }
      // Names of files and targets of links are a user's, and would act on root's terminal.
      print(itemLines(item, result).map((line) => `${printable(line)}\n`).join(""));
    },
    end(isWhole) {
      print(`${summaryText(counts)}${isWhole ? "" : " (stopped before the end)"}\n`);
      return counts;
    },
  };
}

/**
 * One JSON object a line: `{"version":1,"type":"start"|"item"|"end",…}`. Within a version, events
 * and keys are added and none changes its meaning.
 */
export function jsonReport({ print }: ReportOptions, start: RunStart): RunReport {
  const counts = noCounts();
  const event = (fields: Readonly<Record<string, unknown>>) =>
    print(`${JSON.stringify({ version: 1, ...fields })}\n`);
  event({ type: "start", ...start });
  return {
    report(item, result) {
      counts[result.kind]++;
      event({ type: "item", ...itemFields(item, result) });
    },
    end(isWhole) {
      event({ type: "end", is_whole: isWhole, counts });
      return counts;
    },
  };
}

/** The exit code of `plan`: 0 nothing to do, 2 changes pending, 1 an error is in the way. */
export function planExitCode(counts: Counts): number {
  if (counts.error > 0) return 1;
  return counts.pending > 0 ? 2 : 0;
}

/** The exit code of `apply`: 1 where something failed, is in the way, or was not come to. */
export function applyExitCode(counts: Counts, isWhole: boolean): number {
  return counts.failed + counts.error > 0 || !isWhole ? 1 : 0;
}

function noCounts(): Record<Result["kind"], number> {
  return { ok: 0, pending: 0, changed: 0, failed: 0, skipped: 0, warning: 0, error: 0 };
}

function itemLines(item: Item, result: Result): readonly string[] {
  const mark = MARKS[result.kind];
  switch (item.state) {
    case "ok":
      return [`  ${mark}${item.resource}`];
    case "change": {
      const why = item.cause === "drift"
        ? "  (somebody changed it)"
        : item.cause === "found"
        ? "  (it was there before)"
        : "";
      const error = "error" in result ? [`          ${result.error}`] : [];
      const retry = error.length === 0 || item.retry === undefined
        ? []
        : [`          the next run tries again, or now: ${item.retry}`];
      const diff = (item.diff ?? []).map((line) => `            ${line}`);
      return [`  ${mark}${item.summary}${why}`, ...error, ...retry, ...diff];
    }
    case "problem": {
      const fix = item.fix === undefined ? [] : [`          mend it: ${item.fix}`];
      return [`  ${mark}${item.summary}`, ...fix];
    }
    case "skipped":
      return [`  ${mark}${item.resource}: ${item.summary}`];
  }
}

function itemFields(item: Item, result: Result): Readonly<Record<string, unknown>> {
  const base = { scope: item.scope, resource: item.resource, result: result.kind };
  switch (item.state) {
    case "ok":
      return base;
    case "change":
      return {
        ...base,
        cause: item.cause,
        action: item.action.kind,
        summary: item.summary,
        ...(item.diff === undefined ? {} : { diff: item.diff }),
        ...("error" in result ? { error: result.error } : {}),
        ...("error" in result && item.retry !== undefined ? { fix: item.retry } : {}),
      };
    case "problem":
      return {
        ...base,
        summary: item.summary,
        ...(item.fix === undefined ? {} : { fix: item.fix }),
      };
    case "skipped":
      return { ...base, summary: item.summary };
  }
}

function summaryText(counts: Counts): string {
  const words: [Result["kind"], string][] = [
    ["pending", "to change"],
    ["changed", "changed"],
    ["failed", "failed"],
    ["error", "in the way"],
    ["skipped", "skipped"],
    ["warning", counts.warning === 1 ? "warning" : "warnings"],
    ["ok", "right"],
  ];
  const parts = words.filter(([kind]) => counts[kind] > 0 || kind === "ok")
    .map(([kind, word]) => `${counts[kind]} ${word}`);
  return parts.join(", ");
}
