/**
 * What to do next, and what an outcome means: the updater's whole judgement, pure.
 *
 * {@linkcode next} takes the journal and gives the journal to write and the action to do then, so
 * that an action's intent is on disk before its first effect. {@linkcode after} takes the outcome.
 * A start after a crash is nothing special: it reads the journal and asks what is next.
 *
 * Whose fault a failure is decides everything. `bad` is the build's: it is never tried again, and
 * whoever was moved goes back. `unclear` is nobody's (registry, disk, dispatch, a failed control):
 * nothing is blamed, undone or frozen, and a later run goes on.
 *
 * @module
 */
import type { Action, Outcome } from "./actions.ts";
import {
  committed,
  dropped,
  freezeReason,
  postponed,
  refused,
  undone,
  withResult,
} from "./endings.ts";
import { type Failure, isAt, type Move, type State, type Step, type Update } from "./state.ts";

/** What {@linkcode next} must know beside the journal. */
export interface Facts {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Whether the brake is on. */
  readonly isFrozen: boolean;
  /** How long a build must run well before it is the last good one, in milliseconds. */
  readonly soakMs: number;
  /** Users who could not be brought back in this run: the others go first. */
  readonly blocked: ReadonlySet<string>;
}

/** Processes that may die while working on one update before it is given up. */
export const MOST_ATTEMPTS = 2;

/** The journal to write, then the action to do. */
export function next(
  state: State,
  facts: Facts,
): { readonly state: State; readonly action: Action } {
  const { update } = state;
  if (update === undefined) return { state, action: { do: "end" } };
  switch (update.phase) {
    case "staging":
    case "gating":
      if (facts.isFrozen) return end(dropped(state, "frozen", "the brake is on", facts.nowMs));
      if (update.attempts > MOST_ATTEMPTS) {
        const why = `${update.attempts - 1} runs died while trying it`;
        return end(refused(state, { stage: "attempts", why }, facts.nowMs));
      }
      return update.phase === "staging"
        ? { state, action: { do: "stage", version: update.to } }
        : { state, action: { do: "gate", version: update.to, users: update.users } };
    case "canary":
      if (update.attempts > MOST_ATTEMPTS) return next(tooOften(state, update), facts);
      return nextCanary(state, update, facts);
    case "soaking":
      if (update.attempts > MOST_ATTEMPTS) return next(tooOften(state, update), facts);
      return nextSoak(state, update, facts);
    case "rolling-back":
      return nextBack(state, update, facts);
  }
}

function nextCanary(state: State, update: Update, facts: Facts): ReturnType<typeof next> {
  const { to, users } = update;
  const begun = users.find(isAt("switching", "securing"));
  if (begun !== undefined) {
    return begun.step.at === "switching"
      ? { state, action: { do: "switch", move: begun, to } }
      : { state, action: { do: "secure", move: begun, to } };
  }
  const waiting = users.find(isAt("waiting"));
  if (waiting !== undefined && facts.isFrozen) {
    const step: Step = { at: "deferred", why: "the brake is on" };
    const braked = withStep(update, waiting.user, step);
    return nextCanary({ ...state, update: braked }, braked, facts);
  }
  if (waiting !== undefined) {
    const move: Move = { ...waiting, step: { at: "securing" } };
    return {
      state: { ...state, update: withStep(update, waiting.user, move.step) },
      action: { do: "secure", move, to },
    };
  }
  if (users.some(isAt("verified"))) {
    return next({ ...state, update: { ...update, phase: "soaking" } }, facts);
  }
  // Nobody uses it yet, so it has proved nothing; on a box without users there is nobody to ask.
  if (users.length === 0) return end(committed(state, update, facts.nowMs));
  return end(postponed(state, update, facts.nowMs));
}

function nextSoak(state: State, update: Update, facts: Facts): ReturnType<typeof next> {
  const untilMs = update.soakUntilMs ?? facts.nowMs + facts.soakMs;
  return {
    state: update.soakUntilMs === untilMs
      ? state
      : { ...state, update: { ...update, soakUntilMs: untilMs } },
    action: { do: "soak", users: update.users.filter(isAt("verified")), to: update.to, untilMs },
  };
}

function nextBack(state: State, update: Update, facts: Facts): ReturnType<typeof next> {
  const { to } = update;
  const open = update.users.toReversed().find(({ user, step }) =>
    !facts.blocked.has(user) &&
    ["verified", "switching", "restoring", "securing", "returning"].includes(step.at)
  );
  if (open === undefined) {
    if (facts.blocked.size > 0) return { state, action: { do: "end" } };
    return { state, action: { do: "freeze", reason: freezeReason(update), version: to } };
  }
  const { step } = open;
  switch (step.at) {
    case "verified":
    case "switching": {
      const move: Move = { ...open, step: { at: "restoring", backup: step.backup } };
      return {
        state: { ...state, update: withStep(update, open.user, move.step) },
        action: { do: "restore", move, backup: step.backup, to },
      };
    }
    case "restoring":
      return { state, action: { do: "restore", move: open, backup: step.backup, to } };
    case "securing": {
      // The new version never ran: their data is as it was.
      const move: Move = { ...open, step: { at: "returning", isRetry: false } };
      return {
        state: { ...state, update: withStep(update, open.user, move.step) },
        action: { do: "return", move, to },
      };
    }
    default:
      return { state, action: { do: "return", move: open, to } };
  }
}

/** The journal after an action's outcome, and whether this run should stop here. */
export function after(
  state: State,
  action: Action,
  outcome: Outcome,
  facts: Facts,
): { readonly state: State; readonly isPaused?: boolean } {
  const { update } = state;
  if (update === undefined || action.do === "end") return { state };
  const set = (step: Step, user: string): State => (
    { ...state, update: withStep(update, user, step) }
  );
  switch (action.do) {
    case "stage": {
      if (outcome.is !== "ok") {
        return { state: failedEarly(state, "stage", outcome, facts.nowMs) };
      }
      const gating: Update = { ...update, phase: "gating" };
      if (outcome.integrity !== undefined) gating.integrity = outcome.integrity;
      return { state: { ...state, update: gating } };
    }
    case "gate":
      if (outcome.is === "ok") {
        const passed: State = { ...state, lastGateMs: facts.nowMs };
        return { state: { ...passed, update: { ...update, phase: "canary", attempts: 1 } } };
      }
      return { state: failedEarly(state, "gate", outcome, facts.nowMs) };
    case "secure": {
      const { user } = action.move;
      if (outcome.is === "ok" && outcome.backup !== undefined) {
        return { state: set({ at: "switching", backup: outcome.backup }, user) };
      }
      return { state: set({ at: "deferred", why: whyOf(outcome) }, user) };
    }
    case "switch": {
      const { user, step } = action.move;
      if (outcome.is === "ok" && step.at === "switching") {
        return { state: set({ at: "verified", backup: step.backup }, user) };
      }
      if (outcome.is === "bad") {
        return { state: goBack(state, update, { stage: "canary", user, why: outcome.why }) };
      }
      return paused(state, whyOf(outcome), facts.nowMs);
    }
    case "soak":
      if (outcome.is === "ok") return { state: committed(state, update, facts.nowMs) };
      if (outcome.is === "bad") {
        const { user, why } = outcome;
        const failure: Failure = { stage: "soak", why, ...(user === undefined ? {} : { user }) };
        return { state: goBack(state, update, failure) };
      }
      return paused(state, whyOf(outcome), facts.nowMs);
    case "restore": {
      const { user } = action.move;
      if (outcome.is === "ok") return { state: set({ at: "returning", isRetry: false }, user) };
      const why = `the data of ${user} cannot be put back: ${whyOf(outcome)}`;
      return { state: withResult(state, "stranded", why, facts.nowMs) };
    }
    case "return": {
      const { user, step } = action.move;
      if (outcome.is === "ok") return { state: set({ at: "returned" }, user) };
      if (outcome.is !== "bad") {
        const why = `${user} cannot be brought back: ${whyOf(outcome)}`;
        return { state: withResult(state, "stranded", why, facts.nowMs) };
      }
      if (step.at === "returning" && !step.isRetry) {
        return { state: set({ at: "returning", isRetry: true }, user) };
      }
      return { state: set({ at: "stranded", why: whyOf(outcome) }, user) };
    }
    case "freeze":
      return { state: undone(state, update, facts.nowMs) };
  }
}

/**
 * A run ends here, and a later one goes on. Only processes that died count: a dispatch that is down
 * for a weekend, or a disk that is full for one, blames no build.
 */
export function unfinished(state: State, why: string, nowMs: number): State {
  const { update } = state;
  const kept = update === undefined ? state : { ...state, update: { ...update, attempts: 0 } };
  return withResult(kept, "inconclusive", why, nowMs);
}

/**
 * A process was asked to stop. It did not die of the build: nobody counts it, and where nobody was
 * moved there is nothing to go on with.
 */
export function stopped(state: State, nowMs: number): State {
  const { update } = state;
  if (update === undefined) return state;
  if (update.phase === "staging" || update.phase === "gating") {
    return dropped(state, "inconclusive", "stopped before anybody was moved", nowMs);
  }
  return unfinished(state, "stopped on the way; the next run goes on", nowMs);
}

/**
 * A process takes up an update that another one left: counted before it acts. A soak begins anew,
 * since nobody watched meanwhile and a build may have died unseen.
 */
export function countAttempt(state: State): State {
  if (state.update === undefined) return state;
  const { soakUntilMs: _unwatched, ...update } = state.update;
  return { ...state, update: { ...update, attempts: update.attempts + 1 } };
}

function withStep(update: Update, user: string, step: Step): Update {
  return {
    ...update,
    users: update.users.map((move) => move.user === user ? { ...move, step } : move),
  };
}

function whyOf(outcome: Outcome): string {
  return outcome.is === "ok" ? "it gave nothing" : outcome.why;
}

function end(state: State): ReturnType<typeof next> {
  return { state, action: { do: "end" } };
}

function failedEarly(
  state: State,
  stage: "stage" | "gate",
  outcome: Outcome,
  nowMs: number,
): State {
  if (outcome.is !== "bad") return dropped(state, "inconclusive", whyOf(outcome), nowMs);
  const { why, user } = outcome;
  return refused(state, { stage, why, ...(user === undefined ? {} : { user }) }, nowMs);
}

function paused(state: State, why: string, nowMs: number) {
  return { state: unfinished(state, why, nowMs), isPaused: true };
}

function goBack(state: State, update: Update, failure: Failure): State {
  return { ...state, update: { ...update, phase: "rolling-back", failure } };
}

function tooOften(state: State, update: Update): State {
  const why = `${update.attempts - 1} runs died while bringing it out`;
  return goBack(state, update, { stage: "attempts", why });
}
