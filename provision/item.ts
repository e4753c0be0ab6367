/**
 * What is said of one resource of a machine: it is right, it would change, or something is wrong.
 *
 * A planner is a generator of items. Whoever drives it answers each item with its
 * {@linkcode Outcome}: when planning, every change succeeds; when applying, it is what really came of
 * it. So the same code plans and applies, and each step sees the machine as it is at that moment.
 *
 * @module
 */
import type { Action } from "./action.ts";

/**
 * Why something would change:
 * - `missing`: it is not there;
 * - `intent`: it is as we left it, and the roster or the settings changed since;
 * - `drift`: somebody changed what we had left there;
 * - `found`: it was there before we ever wrote it.
 */
export type Cause = "missing" | "intent" | "drift" | "found";

/** One resource of one scope. */
export type Item = { readonly scope: Scope; readonly resource: string } & ItemState;

/** `machine`, or the name of an account. */
export type Scope = string;

/** The scope of what belongs to no user. No account may have this name: it holds a blank. */
export const MACHINE: Scope = "the machine";

/** What is said of a resource. */
export type ItemState =
  | {
    readonly state: "ok";
    /** What is there is as we would put it: recorded as ours. */
    readonly marks?: readonly Mark[];
  }
  | {
    readonly state: "change";
    readonly cause: Cause;
    /** What would be done, for a person: "create account ada". */
    readonly summary: string;
    /** Lines of a diff, secrets taken out. */
    readonly diff?: readonly string[];
    readonly action: Action;
    /** What is recorded as ours, before the action begins. */
    readonly marks?: readonly Mark[];
    /** What is recorded once the action is done. */
    readonly doneMarks?: readonly Mark[];
    /**
     * What a person can do where the action failed. A change that has it does without: its failure
     * is a warning, does not fail the run, and is tried again by the next one.
     */
    readonly retry?: string;
  }
  | {
    readonly state: "problem";
    /** An error makes the run fail; a warning does not. */
    readonly severity: "warning" | "error";
    /** What is wrong, for a person. */
    readonly summary: string;
    /** What a person can do about it: a sentence or a command. */
    readonly fix?: string;
  }
  | { readonly state: "skipped"; readonly summary: string };

/** A digest to be recorded under a key (see `applied.ts`). */
export interface Mark {
  /** A path, or `path#key`. */
  readonly key: string;
  /** The digest of what is ours there. */
  readonly digest: string;
}

/** What came of an item. */
export type Outcome =
  | { readonly isDone: true }
  | {
    readonly isDone: false;
    readonly error: string;
    /**
     * Whether what was fetched is not what was asked for. To try again does not help, and somebody
     * should look: the run fails, also where the change has a `retry`.
     */
    readonly isRefused?: boolean;
  };

/** The outcome of what needed nothing, or was done. */
export const DONE: Outcome = { isDone: true };

/** A planner's steps: items out, outcomes in; its result is the planner's own. */
export type Steps<T = void> = Generator<Item, T, Outcome>;

/** Makes items of one scope. */
export interface ScopedItems {
  /** The resource is right. */
  ok(resource: string, marks?: readonly Mark[]): Item;
  /** The resource would change. */
  change(
    resource: string,
    change: Omit<Extract<ItemState, { state: "change" }>, "state">,
  ): Item;
  /** Something keeps the resource from being right, and the run goes on. */
  warning(resource: string, summary: string, fix?: string): Item;
  /** Something keeps the resource from being right, and the run fails. */
  error(resource: string, summary: string, fix?: string): Item;
  /** The resource is left alone. */
  skipped(resource: string, summary: string): Item;
}

/** Items of a scope. */
export function itemsOf(scope: Scope): ScopedItems {
  const problem =
    (severity: "warning" | "error") => (resource: string, summary: string, fix?: string): Item => ({
      scope,
      resource,
      state: "problem",
      severity,
      summary,
      ...(fix === undefined ? {} : { fix }),
    });
  return {
    ok: (resource, marks) => ({
      scope,
      resource,
      state: "ok",
      ...(marks === undefined ? {} : { marks }),
    }),
    change: (resource, change) => ({ scope, resource, state: "change", ...change }),
    warning: problem("warning"),
    error: problem("error"),
    skipped: (resource, summary) => ({ scope, resource, state: "skipped", summary }),
  };
}
