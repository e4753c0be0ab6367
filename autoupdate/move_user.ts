/**
 * What is done to a user whose data is safe (`secure_user.ts`): switch, restore, return.
 *
 * Each may be cut short anywhere and done again. While data is put back the pointer is gone, so that
 * neither the unit nor a pairing command can open the database, not even after a power cut.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import type { Outcome } from "./actions.ts";
import type { Effects, Instance } from "./effects.ts";
import { laps } from "./laps.ts";
import { stopForSure } from "./secure_user.ts";
import type { Move } from "./state.ts";

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
  const lap = laps(effects);
  await pointers.point(user, to);
  // Somebody who left meanwhile is not started again.
  if (instance === undefined) return { is: "ok" };
  await services.start(user);
  const startMs = lap();
  const health = await effects.visit(instance, to, await data.sizeBytes(user));
  if (health.is !== "ok" || step.at !== "switching") return health;
  const visitMs = lap();
  const losses = await data.losses(user, step.backup);
  const tookMs = { startMs, visitMs, lossesMs: lap() };
  return losses.length === 0 ? { is: "ok", tookMs } : { is: "bad", why: losses.join(", ") };
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
  try {
    await effects.pointers.point(user, from);
    if (instance === undefined) return { is: "ok" };
    await effects.services.start(user);
    const sizeBytes = await effects.data.sizeBytes(user);
    // The front door may be down: that strands nobody whose instance works.
    return await effects.visitDirectly(instance, from, sizeBytes);
  } catch (error) {
    // One whose unit does not start must not keep the others from their way back.
    return unclear(errorText(error));
  }
}

function unclear(why: string): Outcome {
  return { is: "unclear", why };
}
