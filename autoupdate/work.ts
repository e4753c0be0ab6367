/**
 * The loop: ask what is next, write it down, do it, write down what came of it.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import type { Action, Outcome } from "./actions.ts";
import type { Effects } from "./effects.ts";
import { after, type Facts, next, stopped, unfinished } from "./machine.ts";
import { restoreUser, returnUser, switchUser } from "./move_user.ts";
import { giveBack, type MoveOptions, secureUser } from "./secure_user.ts";
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
  let written = begun;
  while (true) {
    const facts = await readFacts();
    const planned = next(state, facts);
    state = planned.state;
    const { action } = planned;
    if (action.do === "end") {
      await write(state);
      return state;
    }
    await writeOnTheWay(state);
    if (signal.aborted && !isUrgent(action)) {
      const kept = stopped(state, effects.clock.now());
      await write(kept);
      return kept;
    }
    const startedMs = effects.clock.monotonic();
    let outcome: Outcome;
    try {
      outcome = await performUnlessStopped(action);
    } catch (error) {
      // Not the build's: the journal keeps its step, and a later run does it again.
      const why = `cannot ${action.do}: ${errorText(error)}`;
      await report(action, { is: "unclear", why }, startedMs);
      const kept = unfinished(state, why, effects.clock.now());
      await write(kept);
      return kept;
    }
    await report(action, outcome, startedMs);
    const stuck = stuckUser(action, outcome);
    if (stuck !== undefined) blocked.add(stuck);
    const result = after(state, action, outcome, await readFacts());
    state = result.state;
    try {
      await writeOnTheWay(state);
    } catch (error) {
      // The journal still says that nothing but a copy was made, so nothing else is true.
      if (action.do === "secure" && outcome.is === "ok") await giveBack(effects, action.move);
      throw error;
    }
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

  async function write(now: State): Promise<void> {
    if (now === written) return;
    await effects.save(now);
    written = now;
  }

  /**
   * Where users have a build that failed, they are taken back also when that cannot be written
   * down: what the journal says then leads a later run to the same end.
   */
  async function writeOnTheWay(now: State): Promise<void> {
    try {
      await write(now);
    } catch (error) {
      if (now.update?.phase !== "rolling-back") throw error;
      effects.log.error("going back without the journal", { error });
    }
  }

  /**
   * Whoever is asked to stop by a terminal or by systemd has their children stopped as well, a build
   * on trial among them: what comes of an action then says nothing of the build.
   */
  async function performUnlessStopped(action: Exclude<Action, { do: "end" }>): Promise<Outcome> {
    const wasAborted = signal.aborted;
    const isStopped = () => signal.aborted && !wasAborted;
    try {
      const outcome = await perform(action);
      if (!isStopped() || outcome.is === "ok" || outcome.is === "busy") return outcome;
      if (!isUrgent(action)) return { is: "unclear", why: "stopped" };
    } catch (error) {
      if (!isStopped() || !isUrgent(action)) throw error;
    }
    return await perform(action);
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
      ...(outcome.is === "ok" ? outcome.tookMs : {}),
      ms: Math.round(effects.clock.monotonic() - startedMs),
    };
    const level = outcome.is === "bad" || action.do === "freeze"
      ? "error"
      : outcome.is === "unclear"
      ? "warn"
      : "info";
    effects.log[level](outcome.is === "ok" ? "did" : "did not", fields);
    try {
      await effects.record(fields);
    } catch (error) {
      // A line of history is worth nobody's server; the log has it all the same.
      effects.log.error("cannot write the history", { error });
    }
  }
}

/** Who could not be brought back for a reason that may pass: the others go first. */
function stuckUser(action: Action, outcome: Outcome): string | undefined {
  if (action.do === "return") return outcome.is === "unclear" ? action.move.user : undefined;
  if (action.do === "restore") return outcome.is === "ok" ? undefined : action.move.user;
}

/** A run that is asked to stop still finishes what would leave somebody without a server. */
function isUrgent(action: Action): boolean {
  return action.do === "switch" || action.do === "restore" || action.do === "return" ||
    action.do === "freeze";
}
