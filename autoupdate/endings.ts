/**
 * How an update ends, and what the journal keeps of it. Pure.
 *
 * @module
 */
import { type Failure, isAt, type Move, type State, type Update } from "./state.ts";

/** How a run ended. */
export type Result =
  | "nothing"
  | "committed"
  | "deferred"
  | "refused"
  | "inconclusive"
  | "rolled-back"
  | "stranded"
  | "frozen";

/** The journal with how the run went; an update in it stays. */
export function withResult(state: State, result: Result, why: string, atMs: number): State {
  const inconclusive = result === "inconclusive" ? state.inconclusive + 1 : 0;
  return { ...state, lastRun: { atMs, result, why }, inconclusive };
}

/**
 * The journal of a run that found the brake on. What put it on stays how the last run ended, until
 * one runs without: the alert of somebody who is not back must not clear an hour later by itself.
 * Who asked for a way back, and has all of them back, knows.
 */
export function withBrake(
  state: State,
  { reason, version = "" }: { readonly reason: string; readonly version: string | undefined },
  atMs: number,
): State {
  const { lastRun, skipped } = state;
  const isDone = lastRun?.result === "rolled-back" && skipped[version]?.stage === "operator";
  if (lastRun === undefined || isDone || !isUndone(state)) {
    return withResult(state, "frozen", reason, atMs);
  }
  return { ...state, lastRun: { ...lastRun, atMs } };
}

/** Whether what ended last is an update that was undone: a person is asked for. */
export function isUndone({ lastRun }: State): boolean {
  return lastRun?.result === "rolled-back" || lastRun?.result === "stranded";
}

/** The update is over before anybody was moved. */
export function dropped(state: State, result: Result, why: string, nowMs: number): State {
  const { update: _ended, ...rest } = state;
  return withResult(rest, result, why, nowMs);
}

/** The build is not for this box; where it is the last good one, it is not for these users yet. */
export function refused(state: State, failure: Failure, nowMs: number): State {
  const { update } = state;
  if (update === undefined) return state;
  const why = failure.user === undefined ? failure.why : `${failure.user}: ${failure.why}`;
  const said = `${update.to}: ${why}`;
  if (isLastGood(state, update)) {
    return dropped(waiting(state, update.users, nowMs, why), "refused", said, nowMs);
  }
  const { pending: _refused, ...rest } = dropped(state, "refused", said, nowMs);
  return {
    ...rest,
    skipped: { ...state.skipped, [update.to]: { stage: failure.stage, why, atMs: nowMs } },
  };
}

/** It works for everybody who was moved; the others wait. */
export function committed(state: State, update: Update, nowMs: number): State {
  const moved = new Set(update.users.filter(isAt("verified")).map(({ user }) => user));
  const rest = waiting(state, update.users.filter(({ user }) => !moved.has(user)), nowMs);
  const waitingSince = Object.fromEntries(
    Object.entries(rest.waitingSince).filter(([user]) => !moved.has(user)),
  );
  const why = `${update.to} works for ${moved.size} of ${update.users.length}`;
  const ended = { ...dropped(rest, "committed", why, nowMs), waitingSince };
  if (isLastGood(state, update)) return ended;
  const { pending: _given, ...done } = ended;
  const { lastGood } = state;
  const { to: version, integrity, provenance } = update;
  const good = {
    version,
    sinceMs: nowMs,
    ...(integrity === undefined ? {} : { integrity }),
    ...(provenance === undefined ? {} : { provenance }),
  };
  const earlier = [...state.earlier, ...(lastGood === undefined ? [] : [lastGood])];
  return {
    ...done,
    lastGood: good,
    earlier: earlier.filter((one, at) =>
      one.version !== version &&
      earlier.findLastIndex((other) => other.version === one.version) === at
    ).slice(-5),
  };
}

/** Nobody could be moved. */
export function postponed(state: State, update: Update, nowMs: number): State {
  const rest = waiting(state, update.users, nowMs);
  const why = update.users.map(({ user, step }) =>
    `${user}: ${step.at === "deferred" ? step.why : step.at}`
  ).join("; ");
  const ended = dropped(rest, "deferred", why, nowMs);
  return isLastGood(state, update) ? ended : { ...ended, pending: update.to };
}

/** Everybody who was moved is back, or is known not to be. */
export function undone(state: State, update: Update, nowMs: number): State {
  const isStranded = update.users.some(isAt("stranded"));
  const why = freezeReason(update);
  const rest = dropped(state, isStranded ? "stranded" : "rolled-back", why, nowMs);
  const failure = update.failure ?? { stage: "canary", why: "unknown" };
  if (update.kind === "drain" && isLastGood(state, update)) {
    return waiting(rest, update.users, nowMs, failure.why);
  }
  const { pending: _failed, ...done } = rest;
  const skipped = {
    ...state.skipped,
    [update.to]: { stage: failure.stage, why: failure.why, atMs: nowMs },
  };
  if (!isLastGood(state, update)) return { ...done, skipped };
  // Asked for: what was last good is so no more.
  const { lastGood: _gone, ...older } = done;
  const at = state.earlier.findLastIndex(({ version }) => version === update.users[0]?.from);
  const previous = state.earlier[at];
  return {
    ...older,
    skipped,
    earlier: state.earlier.slice(0, Math.max(at, 0)),
    ...(previous === undefined ? {} : { lastGood: previous }),
  };
}

/** What the brake says after an update was undone. */
export function freezeReason(update: Update): string {
  const { failure, users, to } = update;
  const stranded = users.filter(isAt("stranded")).map(({ user }) => user);
  const who = failure?.user === undefined ? "" : ` for ${failure.user}`;
  const what = failure?.stage === "operator"
    ? `rolled back from ${to}: ${failure.why}`
    : `${to} failed (${failure?.stage ?? "canary"})${who}: ${failure?.why ?? "unknown"}`;
  return stranded.length === 0 ? what : `${what}; NOT BACK: ${stranded.join(", ")}`;
}

/**
 * The journal without those who wait for nothing any more: they left, or have what they waited for,
 * as after a way back to what they never left.
 */
export function withoutServed(
  state: State,
  instances: readonly { readonly user: string }[],
  pointers: ReadonlyMap<string, string>,
): State {
  const { update, pending, lastGood, waitingSince } = state;
  const target = pending ?? lastGood?.version;
  if (update !== undefined) return state;
  const users = new Set(instances.map(({ user }) => user));
  const left = Object.entries(waitingSince).filter(([user]) =>
    users.has(user) && pointers.get(user) !== target
  );
  if (left.length === Object.keys(waitingSince).length) return state;
  return { ...state, waitingSince: Object.fromEntries(left) };
}

function isLastGood(state: State, update: Update): boolean {
  return state.lastGood?.version === update.to;
}

function waiting(state: State, users: readonly Move[], nowMs: number, why?: string): State {
  const waitingSince = { ...state.waitingSince };
  for (const { user, step } of users) {
    const reason = why ?? (step.at === "deferred" ? step.why : "not moved yet");
    waitingSince[user] = { sinceMs: waitingSince[user]?.sinceMs ?? nowMs, why: reason };
  }
  return { ...state, waitingSince };
}
