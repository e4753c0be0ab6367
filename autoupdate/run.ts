/**
 * One run: what the channel offers, as far as it gets.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import type { Outcome } from "./actions.ts";
import { beginUpdate } from "./begin.ts";
import { decideCandidate } from "./candidate.ts";
import {
  braked,
  ended,
  quietly,
  recoverFirst,
  type RunContext,
  type RunEnd,
  unlessFull,
} from "./closing.ts";
import { adopt } from "./drain.ts";
import { isUndone } from "./endings.ts";
import type { Release, ReleaseAnswer } from "./source.ts";
import type { State } from "./state.ts";
import { readFreeze, readState } from "./state_files.ts";
import { removeVersion, sealedVersions } from "./versions.ts";
import { work } from "./work.ts";

/** Follows the channel: one candidate, as far as it gets. */
export function run(context: RunContext): Promise<RunEnd> {
  return unlessFull(() => follow(context));
}

async function follow(context: RunContext): Promise<RunEnd> {
  const { config, box, signal } = context;
  const { effects } = box;
  const { state: left, isOver } = await recoverFirst(context);
  if (isOver) return await ended(context, left);
  const freeze = await readFreeze(config.freezeFile);
  if (freeze !== undefined) {
    effects.log.warn("FROZEN", { file: config.freezeFile, reason: freeze.reason });
    return await braked(context, left, freeze);
  }
  const adopted = await adopt(context, left);
  const isAdoptedBadly = adopted !== left && isUndone(adopted);
  if (adopted.update !== undefined || isAdoptedBadly) return await ended(context, adopted);
  const decided = await decide(context, adopted);
  const { state } = decided;
  if (decided.kind === "end") {
    return await quietly(context, state, decided.end.result, decided.end.why);
  }
  const { version, integrity, provenance } = decided.release;
  const instances = (await effects.instances()).filter(({ user }) =>
    state.held[user] === undefined
  );
  const pointers = await effects.pointers.all();
  const { track, pin } = config;
  effects.log.info("candidate", {
    from: state.lastGood?.version,
    to: version,
    track,
    pin,
    integrity,
    provenance,
  });
  const build = { version, integrity, provenance };
  const begun = beginUpdate(state, { instances, pointers }, build, effects.clock.now());
  await effects.save(begun);
  return await ended(context, await work(begun, effects, config, signal));
}

/** The whole gate, and nothing else: no journal, no pointer, no instance is touched. */
export async function dryRun({ config, box, signal }: RunContext): Promise<RunEnd> {
  const state = await readState(config.stateDir);
  if (state.update !== undefined) {
    return { result: "nothing", why: `${state.update.to} is in flight (${state.update.phase})` };
  }
  const decided = await decide({ config, box }, state);
  if (decided.kind !== "go") return decided.end;
  const { version, integrity, provenance } = decided.release;
  const [instances, pointers] = [await box.effects.instances(), await box.effects.pointers.all()];
  const build = { version, integrity, provenance };
  const { update } = beginUpdate(state, { instances, pointers }, build, box.effects.clock.now());
  const isNew = !(await sealedVersions(config.versionsDir)).includes(version);
  const staged = await box.builds.stage(version, integrity).catch(unclear);
  const outcome = staged.is === "ok"
    ? await box.effects.gate(version, update?.users ?? []).catch(unclear)
    : staged;
  if (isNew && staged.is === "ok") await removeVersion(config.versionsDir, version);
  if (signal.aborted) return { result: "inconclusive", why: "stopped; nothing was changed" };
  if (outcome.is === "ok") {
    const users = update?.users.map(({ user }) => user).join(", ") || "nobody";
    const freeze = await readFreeze(config.freezeFile);
    const brake = freeze === undefined ? "" : ", but for the brake";
    return {
      result: "nothing",
      why: `${version} passes the gate; it would go to ${users}${brake}`,
    };
  }
  const why = "user" in outcome ? `${outcome.user}: ${outcome.why}` : outcome.why;
  return {
    result: outcome.is === "bad" ? "refused" : "inconclusive",
    why: `${version} does not pass: ${why}`,
  };
}

/** What throws is not the build's, as in a run. */
function unclear(error: unknown): Outcome {
  return { is: "unclear", why: errorText(error) };
}

type Decided =
  | { readonly kind: "go"; readonly release: Release; readonly state: State }
  | { readonly kind: "end"; readonly end: RunEnd; readonly state: State };

/** Asks the source, once, and decides. */
async function decide(
  context: Pick<RunContext, "config" | "box">,
  before: State,
): Promise<Decided> {
  const { config, box } = context;
  const end = (state: State, result: RunEnd["result"], why: string): Decided => (
    { kind: "end", end: { result, why }, state }
  );
  const answer = await asked(context);
  if (answer.is !== "ok") return end(before, "inconclusive", answer.why);
  const { release } = answer;
  const nowMs = box.effects.clock.now();
  const state = withOffer(before, release, nowMs);
  const facts = { state, nowMs, nodeVersion: await box.builds.nodeVersion() };
  const decision = decideCandidate(release, config, facts);
  if (decision.kind === "go") return { kind: "go", release, state };
  return end(state, decision.kind === "stay" ? "nothing" : "refused", decision.why);
}

/** That asking is not possible at all, as with nowhere to write, is no build's fault either. */
async function asked(
  { config, box }: Pick<RunContext, "config" | "box">,
): Promise<ReleaseAnswer> {
  try {
    return await box.builds.ask(config);
  } catch (error) {
    if (error instanceof Fault) throw error;
    return { is: "unclear", why: errorText(error) };
  }
}

function withOffer(
  state: State,
  { version, publishedMs }: { version: string; publishedMs: number | undefined },
  nowMs: number,
): State {
  if (state.offered?.version === version) return state;
  // How far behind a box is counts from the first build it did not take.
  const isBehind = state.offered !== undefined &&
    state.offered.version !== state.lastGood?.version;
  const seenMs = isBehind ? state.offered?.seenMs ?? nowMs : nowMs;
  return { ...state, offered: { version, publishedMs: publishedMs ?? nowMs, seenMs } };
}
