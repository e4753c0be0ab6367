/**
 * Which copies and versions may go. Pure; what a way back could still need never does.
 *
 * @module
 */
import type { StoredBackup } from "./manifest.ts";
import type { State } from "./state.ts";

/**
 * Names of a user's copies that may go.
 *
 * Kept are: the newest nightly ones; every copy the journal names; the newest copy of each version
 * that can still be gone back to, which is what a later `rollback` uses.
 *
 * @param copies The user's copies.
 * @param state The journal.
 * @param keep How many nightly copies to keep.
 */
export function evictBackups(
  copies: readonly StoredBackup[],
  state: State,
  keep: number,
): readonly string[] {
  const kept = new Set<string>();
  const newestFirst = copies.toSorted((a, b) =>
    b.manifest.atMs - a.manifest.atMs || (a.id < b.id ? 1 : -1)
  );
  for (const { id } of newestFirst.filter(isNightly).slice(0, keep)) kept.add(id);
  for (const { step } of state.update?.users ?? []) if ("backup" in step) kept.add(step.backup);
  for (const version of reachable(state)) {
    const newest = newestFirst.find(({ manifest }) =>
      manifest.kind === "update" && manifest.from === version
    );
    if (newest !== undefined) kept.add(newest.id);
  }
  // A first install has no version to come from; what was there before is kept as well.
  const first = newestFirst.find(({ manifest }) =>
    manifest.kind === "update" && manifest.from === undefined
  );
  if (first !== undefined && state.update !== undefined) kept.add(first.id);
  return copies.map(({ id }) => id).filter((id) => !kept.has(id));
}

/**
 * Versions that may go.
 *
 * @param present The versions that are there.
 * @param state The journal.
 * @param inUse Versions that a pointer leads to.
 * @param keep How many earlier versions to keep.
 */
export function evictVersions(
  present: readonly string[],
  state: State,
  inUse: Iterable<string>,
  keep: number,
): readonly string[] {
  const kept = new Set([...inUse, ...reachable(state, keep)]);
  if (state.pending !== undefined) kept.add(state.pending);
  return present.filter((version) => !kept.has(version));
}

function reachable(state: State, keep = Infinity): ReadonlySet<string> {
  const { lastGood, earlier, update } = state;
  const kept = new Set(earlier.slice(keep === Infinity ? 0 : -keep).map(({ version }) => version));
  if (lastGood !== undefined) kept.add(lastGood.version);
  if (update !== undefined) {
    kept.add(update.to);
    for (const { from } of update.users) if (from !== undefined) kept.add(from);
  }
  return kept;
}

function isNightly({ manifest }: StoredBackup): boolean {
  return manifest.kind === "nightly";
}
