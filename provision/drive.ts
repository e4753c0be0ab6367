/**
 * Drives planners: to see what would change, or to change it.
 *
 * Applying is planning with a real answer after each step, so nothing is done on old facts. What
 * fails is told to the planner, which leaves out what depends on it; the next scope begins all the same.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { type AppliedRecord, appliedScope, withDigest } from "./applied.ts";
import type { PlanContext } from "./file_step.ts";
import type { HostView } from "./host_view.ts";
import {
  DONE,
  type Item,
  itemsOf,
  type Mark,
  type Outcome,
  type Scope,
  type Steps,
} from "./item.ts";
import type { Machine } from "./machine.ts";
import { plannedHost } from "./planned_host.ts";

/** One scope and its planner. */
export interface ScopePlan {
  /** `MACHINE`, or the account. */
  readonly scope: Scope;
  /** The steps, from facts as they are when the scope's turn comes. */
  readonly steps: (context: PlanContext) => Steps;
}

/** Where the records of what was applied are kept, one a scope. */
export interface RecordStore {
  /** The record of a scope; empty where there is none. */
  load(scope: Scope): AppliedRecord;
  /** Keeps a record, in one step. */
  save(scope: Scope, record: AppliedRecord): Promise<void>;
}

/** What came of an item, as it is reported. */
export type Result =
  | { readonly kind: "ok" }
  | { readonly kind: "pending" }
  | { readonly kind: "changed" }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "skipped" }
  /** With an error, it is a change that failed and that the run can do without. */
  | { readonly kind: "warning"; readonly error?: string }
  | { readonly kind: "error" };

/** Takes each item with its result, in order. */
export type Report = (item: Item, result: Result) => void | Promise<void>;

/**
 * Plans every scope. Touches nothing; every scope sees what those before it would have done.
 *
 * @param scopes In their order.
 * @param host The machine as it is.
 * @param records What was applied before.
 * @param report Takes each item.
 */
export async function driveThePlan(
  scopes: readonly ScopePlan[],
  host: HostView,
  records: Pick<RecordStore, "load">,
  report: Report,
): Promise<void> {
  const planned = plannedHost(host);
  for (const { scope, steps } of scopes) {
    const record = await loadRecord(records, scope, report);
    if (record === undefined) continue;
    await drive(scope, steps, planned, record, report, (item) => {
      if (item.state === "change") planned.foresee(item.action);
      return Promise.resolve({ outcome: DONE, result: { kind: "pending" } });
    });
  }
}

/** What applying needs besides the machine. */
export interface ApplyOptions {
  /** Where records are kept. */
  readonly records: RecordStore;
  /** Takes each item. */
  readonly report: Report;
  /** Told before an action begins and after it ended; a run that cannot be audited does not go on. */
  readonly audit: (item: ChangeItem, result?: Result) => Promise<void>;
  /** Stops before the next action. */
  readonly signal: AbortSignal;
}

/** An item that changes something. */
export type ChangeItem = Extract<Item, { state: "change" }>;

/**
 * Applies every scope.
 *
 * @returns Whether it went through to the end; not where it was asked to stop.
 */
export async function driveTheChange(
  scopes: readonly ScopePlan[],
  machine: Machine,
  options: ApplyOptions,
): Promise<boolean> {
  const { records, report, audit, signal } = options;
  for (const { scope, steps } of scopes) {
    if (signal.aborted) return false;
    const record = await loadRecord(records, scope, report);
    if (record === undefined) continue;
    const before = record.current;
    const isWhole = await drive(scope, steps, machine.host, record, report, async (item) => {
      if (signal.aborted) return undefined;
      // Before the act: a run that is killed in between must know its own work again.
      if (mark(record, item.marks)) await records.save(scope, record.current);
      await audit(item);
      const outcome = await attempt(() => machine.perform(item.action));
      const result: Result = outcome.isDone
        ? { kind: "changed" }
        : { kind: mayFail(item, outcome) ? "warning" : "failed", error: outcome.error };
      await audit(item, result);
      if (!outcome.isDone) return { outcome, result };
      if (mark(record, item.doneMarks)) await records.save(scope, record.current);
      return { outcome: DONE, result };
    });
    if (record.current !== before) await records.save(scope, record.current);
    if (!isWhole) return false;
  }
  return true;
}

function mayFail({ retry }: ChangeItem, { isRefused = false }: { isRefused?: boolean }): boolean {
  return retry !== undefined && !isRefused;
}

type Answer = { readonly outcome: Outcome; readonly result: Result };

/** The record of a scope; one that cannot be read ends that scope alone. */
async function loadRecord(
  records: Pick<RecordStore, "load">,
  scope: Scope,
  report: Report,
): Promise<{ current: AppliedRecord } | undefined> {
  try {
    return { current: records.load(scope) };
  } catch (error) {
    await report(itemsOf(scope).error("record", errorText(error)), { kind: "error" });
  }
}

/** Asks for each item of a scope and answers it; false where an answer was to stop. */
async function drive(
  scope: Scope,
  steps: ScopePlan["steps"],
  host: HostView,
  record: { current: AppliedRecord },
  report: Report,
  change: (item: ChangeItem) => Promise<Answer | undefined>,
): Promise<boolean> {
  const applied = appliedScope(() => record.current);
  const items = itemsOf(scope);
  const planner = steps({ host, applied, items });
  let last: Outcome | undefined;
  while (true) {
    let item: Item;
    try {
      const step = last === undefined ? planner.next() : planner.next(last);
      if (step.done) return true;
      item = step.value;
    } catch (error) {
      // A fact that could not be read ends this scope, not those after it.
      await report(items.error("plan", errorText(error)), { kind: "error" });
      return true;
    }
    let outcome: Outcome = DONE;
    if (item.state === "change") {
      const answer = await change(item);
      if (answer === undefined) return false;
      await report(item, answer.result);
      outcome = answer.outcome;
    } else {
      if (item.state === "ok") mark(record, item.marks);
      await report(item, { kind: item.state === "problem" ? item.severity : item.state });
    }
    last = outcome;
  }
}

function mark(record: { current: AppliedRecord }, marks: readonly Mark[] = []): boolean {
  const before = record.current;
  for (const { key, digest } of marks) record.current = withDigest(record.current, key, digest);
  return record.current !== before;
}

/** What nobody expected is one user's failure too: it is told, counted and audited. */
async function attempt(act: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await act();
  } catch (error) {
    return { isDone: false, error: errorText(error) };
  }
}
