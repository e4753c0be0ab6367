/**
 * The first thing done to a user: their data is made safe, and their server stopped.
 *
 * It may be cut short anywhere and done again. The copy is begun while the server runs, since it
 * takes as long as the data is large; what is left to do once it is stopped takes as long as what
 * was written meanwhile. From the stop on the pointer is gone, so that neither the unit nor a pairing
 * command can open the database, not even after a power cut.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import type { Outcome } from "./actions.ts";
import type { BackupAhead, Effects, Instance } from "./effects.ts";
import { judgeIdle } from "./idle.ts";
import { laps } from "./laps.ts";
import type { Move } from "./state.ts";

/** Free space that a home must have beside its data's, in bytes. */
const SPARE_BYTES = 67_108_864;

/** How users are treated. */
export interface MoveOptions {
  /** How long nothing must have happened, in milliseconds. */
  readonly quietMs: number;
}

/** Copies an idle instance's data and stops it; a busy one is left alone. */
export async function secureUser(
  effects: Effects,
  instance: Instance | undefined,
  way: { move: Move; to: string },
  options: MoveOptions,
): Promise<Outcome> {
  const { pointers, data } = effects;
  const { move: { user, from }, to } = way;
  if (instance === undefined) return unclear(`${user} has no instance any more`);
  const pointer = await pointers.read(user);
  // Without a pointer it is ours already: an earlier run was cut short here.
  if (pointer === undefined) {
    if (from === undefined) {
      const tight = await whyTight(effects, user);
      if (tight !== undefined) return unclear(tight);
    } else if (await effects.services.isActive(user)) {
      // Cut short before the stop: their server ran on, and they may have gone on with it.
      const busy = await whyBusy(effects, user, options);
      if (busy !== undefined) {
        await giveBack(effects, way.move);
        return { is: "busy", why: busy };
      }
    }
    return await stopAndCopy(effects, way, [], () => data.backup(user, { from, to }));
  }
  if (pointer !== from) return unclear(`${user} has ${pointer}, must have ${from}`);
  const { services } = effects;
  if (!await services.isActive(user)) return unclear(`the instance of ${user} does not run`);
  const busy = await whyBusy(effects, user, options);
  if (busy !== undefined) return { is: "busy", why: busy };
  // What did not work before cannot be held against the build.
  const before = await effects.visit(instance, pointer, await data.sizeBytes(user));
  if (before.is !== "ok") return unclear(`${pointer} does not work before: ${before.why}`);
  const tight = await whyTight(effects, user);
  if (tight !== undefined) return unclear(tight);
  const lap = laps(effects);
  const begun = await beginBackup(effects, way);
  if ("is" in begun) return begun;
  await using ahead = begun;
  const copyMs = lap();
  // A large copy takes its time, in which they may have come back.
  const now = await whyBusy(effects, user, options);
  if (now !== undefined) return { is: "busy", why: now };
  const outcome = await stopAndCopy(effects, way, ahead.pids, () => ahead.finish());
  return outcome.is === "ok" ? { ...outcome, tookMs: { copyMs, ...outcome.tookMs } } : outcome;
}

async function beginBackup(
  { data }: Effects,
  { move: { user, from }, to }: { move: Move; to: string },
): Promise<BackupAhead | Outcome> {
  try {
    return await data.beginBackup(user, { from, to });
  } catch (error) {
    // Nothing has been done to them yet.
    return unclear(errorText(error));
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

async function whyBusy(
  { data, clock }: Effects,
  user: string,
  { quietMs }: MoveOptions,
): Promise<string | undefined> {
  const verdict = judgeIdle(await data.activity(user), clock.now(), quietMs);
  return verdict.isIdle ? undefined : verdict.why;
}

/** From here on their server is away, until the new version is started. */
async function stopAndCopy(
  effects: Effects,
  { move, to }: { move: Move; to: string },
  ours: readonly number[],
  finish: () => Promise<string>,
): Promise<Outcome> {
  const { pointers } = effects;
  const { user } = move;
  // Whatever fills up from here on, the pointer can be set either way.
  await pointers.prepare(user, to);
  await pointers.hold(user);
  try {
    const lap = laps(effects);
    await stopForSure(effects, user, ours);
    const stopMs = lap();
    const backup = await finish();
    return { is: "ok", backup, tookMs: { stopMs, finishMs: lap() } };
  } catch (error) {
    const why = errorText(error);
    effects.log.warn("giving an instance back unchanged", { user, why });
    await giveBack(effects, move);
    return unclear(why);
  }
}

/** Starts an instance as it was, where the new version has not run yet. */
export async function giveBack({ pointers, services }: Effects, move: Move): Promise<void> {
  const { user, from } = move;
  if (from === undefined) return;
  await pointers.point(user, from);
  await services.start(user);
}

/**
 * Stops an instance, and makes sure that nobody uses its databases any more.
 *
 * @param ours Processes that may.
 */
export async function stopForSure(
  { services, data }: Effects,
  user: string,
  ours: readonly number[] = [],
): Promise<void> {
  await services.stop(user);
  if (await services.isActive(user)) throw new Error(`the instance of ${user} does not stop`);
  const pids = (await data.openBy(user)).filter((pid) => !ours.includes(pid));
  if (pids.length > 0) {
    throw new Error(`a database of ${user} is open in process ${pids.join(", ")}`);
  }
}

function unclear(why: string): Outcome {
  return { is: "unclear", why };
}
