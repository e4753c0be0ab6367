/**
 * Those who were left behind.
 *
 * @module
 */
import { beginDrain } from "./begin.ts";
import {
  braked,
  ended,
  recoverFirst,
  type RunContext,
  type RunEnd,
  unlessFull,
} from "./closing.ts";
import type { State } from "./state.ts";
import { readFreeze } from "./state_files.ts";
import { work } from "./work.ts";

/** Brings those who were left behind to the last good build, where they are idle by now. */
export function drain(context: RunContext): Promise<RunEnd> {
  return unlessFull(() => bringAlong(context));
}

async function bringAlong(context: RunContext): Promise<RunEnd> {
  const { config, box, signal } = context;
  const { effects } = box;
  const { state, isOver } = await recoverFirst(context);
  if (isOver) return await ended(context, state);
  const freeze = await readFreeze(config.freezeFile);
  if (freeze !== undefined) return await braked(context, state, freeze);
  const instances = (await effects.instances()).filter(({ user }) =>
    state.held[user] === undefined
  );
  const pointers = await effects.pointers.all();
  const { pin } = config;
  const begun = beginDrain(state, { instances, pointers, pin }, effects.clock.now());
  if (begun === undefined) {
    const where = pin === undefined ? "" : ` on the way to the pin ${pin}`;
    return { result: "nothing", why: `nobody was left behind${where}` };
  }
  await effects.save(begun);
  return await ended(context, await work(begun, effects, config, signal));
}

/** Users without a version get the last good one: they are new, and it works for the others. */
export async function adopt(context: RunContext, state: State): Promise<State> {
  const { config, box, signal } = context;
  const { effects } = box;
  if (state.lastGood === undefined) return state;
  const pointers = await effects.pointers.all();
  const instances = (await effects.instances()).filter(({ user }) =>
    !pointers.has(user) && state.held[user] === undefined
  );
  const { pending: _later, ...settled } = state;
  const { pin } = config;
  const begun = beginDrain(settled, { instances, pointers, pin }, effects.clock.now());
  if (begun === undefined) return state;
  const withPending = state.pending === undefined ? begun : { ...begun, pending: state.pending };
  await effects.save(withPending);
  return await work(withPending, effects, config, signal);
}
