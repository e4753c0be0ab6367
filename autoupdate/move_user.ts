/**
 * The four things done to one user: secure, switch, restore, return.
 *
 * Each may be cut short anywhere and done again. While data is copied or put back the pointer is
 * gone, so that neither the unit nor a pairing command can open the database, not even after a
 * power cut.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import type { Effects, Instance } from "./effects.ts";
import { judgeIdle } from "./idle.ts";
import type { Outcome } from "./machine.ts";
import type { Move } from "./state.ts";

/** Free space that a home must have beside its data's, in bytes. */
const SPARE_BYTES = 67_108_864;

/** How users are treated. */
export interface MoveOptions {
  /** How long nothing must have happened, in milliseconds. */
  readonly quietMs: number;
}

/** Stops an idle instance and copies its data; a busy one is left alone. */
export async function secureUser(
  effects: Effects,
  instance: Instance | undefined,
  { move, to }: { move: Move; to: string },
  options: MoveOptions,
): Promise<Outcome> {
  const { pointers, services, data, clock } = effects;
  const { user, from } = move;
  if (instance === undefined) return unclear(`${user} has no instance any more`);
  const pointer = await pointers.read(user);
  const isActive = await services.isActive(user);
  // Without a pointer it is ours already: an earlier run was cut short here.
  if (pointer !== undefined) {
    if (pointer !== from) return unclear(`${user} has ${pointer}, must have ${from}`);
    if (!isActive) return unclear(`the instance of ${user} does not run`);
    const verdict = judgeIdle(await data.activity(user), clock.now(), options.quietMs);
    if (!verdict.isIdle) return { is: "busy", why: verdict.why };
    // What did not work before cannot be held against the build.
    const before = await effects.visit(instance, pointer, await data.sizeBytes(user));
    if (before.is !== "ok") return unclear(`${pointer} does not work before: ${before.why}`);
  }
  if (pointer !== undefined || from === undefined) {
    const tight = await whyTight(effects, user);
    if (tight !== undefined) return unclear(tight);
  }
  // Whatever fills up from here on, the pointer can be set either way.
  await pointers.prepare(user, to);
  await pointers.hold(user);
  try {
    await stopForSure(effects, user);
    return { is: "ok", backup: await data.backup(user, { from, to }) };
  } catch (error) {
    const why = errorText(error);
    effects.log.warn("giving an instance back unchanged", { user, why });
    await giveBack(effects, move);
    return unclear(why);
  }
}

/**
 * A migration rewrites the data, and the way back puts a copy beside it: a server that runs out of
 * room half-way looks like a bad build, and a copy that does not fit strands its user.
 */
async function whyTight({ data }: Effects, user: string): Promise<string | undefined> {
  const needed = 3 * await data.sizeBytes(user) + SPARE_BYTES;
  const free = await data.roomBytes(user);
  if (free >= needed) return undefined;
  return `the home of ${user} has ${free} bytes free, must have ${needed}`;
}

/** Starts an instance as it was, where the new version has not run yet. */
export async function giveBack({ pointers, services }: Effects, move: Move): Promise<void> {
  const { user, from } = move;
  if (from === undefined) return;
  await pointers.point(user, from);
  await services.start(user);
}

/** Starts the new version and looks whether it works, with everything still there. */
export async function switchUser(
  effects: Effects,
  instance: Instance | undefined,
  { move, to }: { move: Move; to: string },
): Promise<Outcome> {
  const { pointers, services, data } = effects;
  const { user, from, step } = move;
  if (from !== undefined && await pointers.read(user) === from) {
    return { is: "bad", why: `it failed, and ${user} has ${from} again` };
  }
  await pointers.point(user, to);
  // Somebody who left meanwhile is not started again.
  if (instance === undefined) return { is: "ok" };
  await services.start(user);
  const health = await effects.visit(instance, to, await data.sizeBytes(user));
  if (health.is !== "ok" || step.at !== "switching") return health;
  const losses = await data.losses(user, step.backup);
  return losses.length === 0 ? { is: "ok" } : { is: "bad", why: losses.join(", ") };
}

/** Puts the data back as it was before the new version saw it. */
export async function restoreUser(
  effects: Effects,
  { move, backup, to }: { move: Move; backup: string; to: string },
): Promise<Outcome> {
  const { user, from } = move;
  // They were taken back by a run that could not write it down: what they wrote since is theirs.
  if (from !== undefined && await effects.pointers.read(user) === from) return { is: "ok" };
  try {
    // A disk that is full leaves them what they have, until there is room for the way back.
    await effects.data.bring(user, backup);
    await effects.pointers.hold(user);
    await stopForSure(effects, user);
    await effects.data.restore(user, backup, to);
  } catch (error) {
    return unclear(errorText(error));
  }
  return { is: "ok" };
}

/** Starts the old version and looks whether it works. */
export async function returnUser(
  effects: Effects,
  instance: Instance | undefined,
  { move }: { move: Move },
): Promise<Outcome> {
  const { user, from } = move;
  if (from === undefined) {
    // Nothing was there before the first install.
    await effects.pointers.hold(user);
    await effects.services.stop(user);
    return { is: "ok" };
  }
  await effects.pointers.point(user, from);
  if (instance === undefined) return { is: "ok" };
  await effects.services.start(user);
  const sizeBytes = await effects.data.sizeBytes(user);
  // The front door may be down: that strands nobody whose instance works.
  return await effects.visitDirectly(instance, from, sizeBytes);
}

async function stopForSure({ services, data }: Effects, user: string): Promise<void> {
  await services.stop(user);
  if (await services.isActive(user)) throw new Error(`the instance of ${user} does not stop`);
  const pids = await data.openBy(user);
  if (pids.length > 0) {
    throw new Error(`a database of ${user} is open in process ${pids.join(", ")}`);
  }
}

function unclear(why: string): Outcome {
  return { is: "unclear", why };
}
