/**
 * The loop: ask what is next, write it down, do it, write down what came of it.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { withResult } from "./endings.ts";
import type { Effects } from "./effects.ts";
import { type Action, after, type Facts, next, type Outcome } from "./machine.ts";
import { type MoveOptions, restoreUser, returnUser, secureUser, switchUser } from "./move_user.ts";
import { soak } from "./soak.ts";
import type { State } from "./state.ts";

/** How an update is brought out. */
export interface WorkOptions extends MoveOptions {
  /** How long a build must run well, in milliseconds. */
  readonly soakMs: number;
}

/**
 * Works on the update in the journal until it ends or has to wait.
 *
 * @returns The journal as it was last written.
 */
export async function work(
  begun: State,
  effects: Effects,
  options: WorkOptions,
  signal: AbortSignal,
): Promise<State> {
  const instances = new Map((await effects.instances()).map((one) => [one.user, one]));
  const blocked = new Set<string>();
  let state = begun;
  while (true) {
    const facts = await readFacts();
    const planned = next(state, facts);
    state = await write(state, planned.state);
    const { action } = planned;
    if (action.do === "end") return state;
    if (signal.aborted && !isUrgent(action)) return state;
    const startedMs = effects.clock.monotonic();
    let outcome: Outcome;
    try {
      outcome = await perform(action);
    } catch (error) {
      // Not the build's: the journal keeps its step, and a later run does it again.
      const why = `cannot ${action.do}: ${errorText(error)}`;
      await report(action, { is: "unclear", why }, startedMs);
      return await write(state, withResult(state, "inconclusive", why, effects.clock.now()));
    }
    await report(action, outcome, startedMs);
    if (action.do === "restore" && outcome.is !== "ok") blocked.add(action.move.user);
    const result = after(state, action, outcome, await readFacts());
    state = await write(state, result.state);
    if (result.isPaused) return state;
  }

  async function readFacts(): Promise<Facts> {
    return {
      nowMs: effects.clock.now(),
      isFrozen: await effects.isFrozen(),
      soakMs: options.soakMs,
      blocked,
    };
  }

  async function write(before: State, now: State): Promise<State> {
    if (now !== before) await effects.save(now);
    return now;
  }

  async function perform(action: Exclude<Action, { do: "end" }>): Promise<Outcome> {
    switch (action.do) {
      case "stage":
        return await effects.stage(action.version);
      case "gate":
        return await effects.gate(action.version, action.users);
      case "secure":
        return await secureUser(effects, instances.get(action.move.user), action, options);
      case "switch":
        return await switchUser(effects, instances.get(action.move.user), action);
      case "soak":
        return await soak(effects, instances, action, signal);
      case "restore":
        return await restoreUser(effects, action);
      case "return":
        return await returnUser(effects, instances.get(action.move.user), action);
      case "freeze":
        await effects.freeze(action.reason, action.version);
        return { is: "ok" };
    }
  }

  async function report(action: Action, outcome: Outcome, startedMs: number): Promise<void> {
    const fields = {
      did: action.do,
      ...("move" in action ? { user: action.move.user } : {}),
      version: "version" in action ? action.version : "to" in action ? action.to : undefined,
      outcome: outcome.is,
      ...("why" in outcome ? { why: outcome.why } : {}),
      ...(outcome.is === "ok" && outcome.backup !== undefined ? { backup: outcome.backup } : {}),
      ms: Math.round(effects.clock.monotonic() - startedMs),
    };
    const level = outcome.is === "bad" || action.do === "freeze"
      ? "error"
      : outcome.is === "unclear"
      ? "warn"
      : "info";
    effects.log[level](outcome.is === "ok" ? "did" : "did not", fields);
    await effects.record(fields);
  }
}

/** A run that is asked to stop still finishes what would leave somebody without a server. */
function isUrgent(action: Action): boolean {
  return action.do === "switch" || action.do === "restore" || action.do === "return" ||
    action.do === "freeze";
}
