/**
 * Updates as they begin: who takes part, and from where. Pure.
 *
 * @module
 */
import type { Instance } from "./effects.ts";
import type { Release } from "./source.ts";
import type { State, Update } from "./state.ts";

/** Who is on the box, and which version they have. */
export interface Box {
  /** The instances, in the order in which they are moved. */
  readonly instances: readonly Instance[];
  /** The version of each user that has one. */
  readonly pointers: ReadonlyMap<string, string>;
}

/** An update of everybody to a new build, from the first step. */
export function beginUpdate(
  state: State,
  box: Box,
  build: Pick<Release, "version" | "integrity" | "provenance">,
  nowMs: number,
): State {
  const { version, integrity, provenance } = build;
  const update: Update = {
    kind: "update",
    to: version,
    ...(integrity === undefined ? {} : { integrity }),
    ...(provenance === undefined ? {} : { provenance }),
    startedMs: nowMs,
    phase: "staging",
    attempts: 1,
    users: moves(box, version),
  };
  return { ...state, update };
}

/**
 * An update of those who were left behind, to the last good build or to the one that waits for
 * its first user.
 *
 * @param box Who is on the box; and the one version that is wanted, where there is such: nobody who
 * has a version is then brought to another.
 * @returns Nothing where nobody was left behind, or there is no such build.
 */
export function beginDrain(
  state: State,
  box: Box & { readonly pin: string | undefined },
  nowMs: number,
): State | undefined {
  const { pin } = box;
  const isWanted = (version: string) => pin === undefined || version === pin;
  const { pending, lastGood } = state;
  const to = pending !== undefined && isWanted(pending) ? pending : lastGood?.version;
  if (to === undefined) return undefined;
  const users = moves(box, to).filter(({ from }) => isWanted(to) || from === undefined);
  if (users.length === 0) return undefined;
  return {
    ...state,
    update: { kind: "drain", to, startedMs: nowMs, phase: "staging", attempts: 1, users },
  };
}

/**
 * A way back that somebody asked for: every user of the present version to an earlier one, each
 * with the copy that was made when they left it.
 *
 * @param copies For each user, the copy of their data as the earlier version left it.
 */
export function beginRollback(
  state: State,
  box: Box,
  way: { readonly to: string; readonly why: string; readonly copies: ReadonlyMap<string, string> },
  nowMs: number,
): State {
  const present = state.lastGood?.version ?? "";
  const users = box.instances.flatMap(({ user }) => {
    const backup = way.copies.get(user);
    if (box.pointers.get(user) !== present || backup === undefined) return [];
    return [{ user, from: way.to, step: { at: "verified" as const, backup } }];
  });
  return {
    ...state,
    update: {
      kind: "rollback",
      to: present,
      startedMs: nowMs,
      phase: "rolling-back",
      attempts: 1,
      failure: { stage: "operator", why: way.why },
      users,
    },
  };
}

function moves({ instances, pointers }: Box, to: string): Update["users"] {
  return instances.filter(({ user }) => pointers.get(user) !== to).map(({ user }) => {
    const from = pointers.get(user);
    return { user, ...(from === undefined ? {} : { from }), step: { at: "waiting" } };
  });
}
