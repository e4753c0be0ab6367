/**
 * A way back that a person asks for.
 *
 * @module
 */
import { Fault } from "../core/fault.ts";
import { beginRollback } from "./begin.ts";
import { ended, recoverFirst, type RunContext, type RunEnd, unlessFull } from "./closing.ts";
import { judgeIdle } from "./idle.ts";
import { sealedVersions } from "./versions.ts";
import { work } from "./work.ts";

/** What was asked for. */
export interface RollbackOptions {
  /** Where to; else the version before. */
  readonly to: string | undefined;
  /** Why, for the brake. */
  readonly why: string;
  /** Whether busy users are interrupted too. */
  readonly isEvenBusy: boolean;
}

/** Takes everybody of the present version back to an earlier one, with the data of then. */
export function rollback(context: RunContext, options: RollbackOptions): Promise<RunEnd> {
  return unlessFull(() => goBack(context, options));
}

async function goBack(context: RunContext, options: RollbackOptions): Promise<RunEnd> {
  const { config, box, signal } = context;
  const { effects, store } = box;
  const { state, isOver } = await recoverFirst(context);
  // An update that was under way has been undone just now: everybody has the version before.
  if (isOver && state.update === undefined && options.to === undefined) {
    return await ended(context, state);
  }
  const present = state.lastGood?.version;
  const to = options.to ?? state.earlier.at(-1)?.version;
  const refuse = (why: string) => new Fault(`Cannot roll back: ${why}`);
  if (state.update !== undefined) throw refuse("an update is in flight");
  if (present === undefined || to === undefined) throw refuse("there is no earlier version");
  if (!state.earlier.some(({ version }) => version === to)) {
    const known = state.earlier.map(({ version }) => version).join(", ") || "none";
    throw refuse(`${to} was never the last good version, must be one of: ${known}`);
  }
  if (!(await sealedVersions(config.versionsDir)).includes(to)) throw refuse(`${to} is not kept`);
  const instances = await effects.instances();
  const pointers = await effects.pointers.all();
  const copies = new Map<string, string>();
  for (const { user } of instances) {
    if (pointers.get(user) !== present) continue;
    const copy = (await store.list(user)).findLast(({ manifest }) =>
      manifest.kind === "update" && manifest.from === to
    );
    if (copy === undefined) throw refuse(`there is no copy of the data of ${user} from ${to}`);
    await store.verify(user, copy.id);
    copies.set(user, copy.id);
    const activity = await effects.data.activity(user);
    const verdict = judgeIdle(activity, effects.clock.now(), config.quietMs);
    if (!verdict.isIdle && !options.isEvenBusy) {
      throw refuse(`${user} is busy (${verdict.why}); --even-busy does it all the same`);
    }
  }
  if (copies.size === 0) {
    throw refuse(`nobody has ${present}; T3_PIN=${to} makes ${to} the last good version again`);
  }
  const way = { to, why: options.why, copies };
  const begun = beginRollback(state, { instances, pointers }, way, effects.clock.now());
  await effects.save(begun);
  return await ended(context, await work(begun, effects, config, signal));
}
