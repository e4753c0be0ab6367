/**
 * Updates on a box in memory (`box_fixture.ts`), process by process, and what must be so afterwards.
 *
 * @module
 */
import assert from "node:assert/strict";
import { beginUpdate } from "./begin.ts";
import { createFakeBox, type FakeBox, Killed } from "./box_fixture.ts";
import type { Effects } from "./effects.ts";
import { countAttempt } from "./machine.ts";
import type { State } from "./state.ts";
import { work } from "./work.ts";
import type { Flaw } from "./world_fixture.ts";

/** What users have. */
export const OLD = "0.1.0";
/** What is brought out. */
export const NEW = "0.2.0";
/** Three who may be interrupted. */
export const THREE = [{ name: "ada" }, { name: "edsger" }, { name: "grace" }] as const;

const BUILD = { version: NEW, integrity: undefined, provenance: undefined };
const OPTIONS = { quietMs: 900_000, soakMs: 60_000 };

/** Makes a box to which a build with a flaw is offered; without an old version it is fresh. */
export function box(
  flaw: Flaw,
  users: readonly { name: string; isBusy?: boolean }[],
  old?: string,
): FakeBox {
  const builds = { [OLD]: { schema: 1, flaw: "none" as const }, [NEW]: { schema: 2, flaw } };
  return createFakeBox({ builds, old, users, to: NEW });
}

/**
 * One process: begins an update, or goes on with the one in the journal.
 *
 * @param change What is different about its effects.
 * @param signal Asks it to stop.
 * @returns The journal as it was last written.
 */
export async function run(
  box: FakeBox,
  change: (effects: Effects) => Partial<Effects> = () => ({}),
  signal: AbortSignal = new AbortController().signal,
): Promise<State> {
  const made = box.effects();
  const effects = { ...made, ...change(made) };
  let state = box.journal();
  if (state.update === undefined) {
    const [instances, pointers] = [await effects.instances(), await effects.pointers.all()];
    state = beginUpdate(state, { instances, pointers }, BUILD, 1);
  } else state = countAttempt(state);
  await effects.save(state);
  return await work(state, effects, OPTIONS, signal);
}

/** Processes until nothing is left to do; each may be killed at the effects given. */
export async function runThrough(
  box: FakeBox,
  kills: readonly number[] = [],
  isPowerCut = false,
): Promise<void> {
  for (const at of [...kills, Infinity]) {
    box.killAt(at, isPowerCut);
    try {
      await run(box);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      continue;
    }
    if (box.journal().update === undefined) return;
  }
}

/** The version of each user. */
export function pointers(box: FakeBox): readonly (string | undefined)[] {
  return [...box.users.values()].map(({ pointer }) => pointer);
}

/** Whether there is something left to do: one that failed is not tried again. */
export function isOffered(box: FakeBox): boolean {
  const { update, skipped, lastGood } = box.journal();
  return update !== undefined || (skipped[NEW] === undefined && lastGood?.version !== NEW);
}

/** What must be so once all is quiet, whatever happened before. */
export function assertMorning(box: FakeBox, flaw: Flaw, detail: string): void {
  assert.equal(box.journal().update, undefined, detail);
  assert.deepEqual(box.brokenUsers(), [], detail);
  assert.deepEqual(box.lostRows(), [], detail);
  assert.deepEqual(box.dangers, [], detail);
  for (const [name, { pointer, isBusy }] of box.users) {
    // Whose data alone breaks the build may have been busy, and so never have had it.
    const isGraceLeft = box.users.get("grace")?.isBusy ||
      box.journal().waitingSince["grace"] !== undefined;
    const isFine = flaw === "none" || (flaw === "own-data" && isGraceLeft);
    assert.ok(pointer === OLD || (pointer === NEW && isFine), `${detail}: ${name} ${pointer}`);
    if (isBusy) assert.equal(pointer, OLD, `${detail}: ${name} was busy`);
  }
  if (![...box.users.values()].some(({ pointer }) => pointer === NEW)) {
    assert.equal(box.journal().lastGood?.version, OLD, detail);
  }
}
