/**
 * Since when each part of a snapshot is what it is, found by comparing generations.
 *
 * The parts ("units") are as small as the scopes are: the cookies of one domain and partition,
 * session cookies apart, and the storage of one origin. So what a subject is told of a site's last
 * change depends on nothing that the subject may not have. Only digests are kept.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { StateCookie, StateOrigin, StorageState } from "../storage_state.ts";

/** The unit a cookie belongs to. */
export function cookieUnit(
  { domain, partitionKey = "", expires }: Pick<StateCookie, "domain" | "partitionKey" | "expires">,
): string {
  return JSON.stringify(["cookies", domain, partitionKey, expires === -1]);
}

/** The unit the storage of an origin is. */
export function originUnit({ origin }: Pick<StateOrigin, "origin">): string {
  return JSON.stringify(["origin", origin]);
}

/** What has been seen of each unit. */
export interface ChangeLedger {
  /** Takes in a generation, which must be newer than those before. */
  note(state: StorageState, writtenMs: number): void;
  /** The time of the first known generation in which the unit was what it is now. */
  changedMs(unit: string): number | undefined;
}

/** Makes a ledger that knows nothing. */
export function createChangeLedger(): ChangeLedger {
  let known = new Map<string, { digest: string; changedMs: number }>();
  return {
    changedMs: (unit) => known.get(unit)?.changedMs,
    note(state, writtenMs) {
      const next = new Map<string, { digest: string; changedMs: number }>();
      for (const [unit, parts] of unitsOf(state)) {
        // In any order: a set is what it is. JSON.stringify keeps the fields' own order.
        const digest = digestOf(parts.map((part) => JSON.stringify(part)).sort());
        const before = known.get(unit);
        next.set(unit, before?.digest === digest ? before : { digest, changedMs: writtenMs });
      }
      known = next;
    },
  };
}

function unitsOf({ cookies, origins }: StorageState): Map<string, readonly unknown[]> {
  return new Map<string, readonly unknown[]>([
    ...Map.groupBy(cookies, cookieUnit),
    // What is given or withheld apart from the origin's own storage must not show in its time.
    ...Map.groupBy(
      origins.map((origin) => ({ ...origin, sessionStorage: undefined, partitions: undefined })),
      originUnit,
    ),
  ]);
}

function digestOf(texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text).update("\n");
  return hash.digest("base64");
}
