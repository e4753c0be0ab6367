/**
 * The part of a snapshot that a subject may have.
 *
 * @module
 */
import type { StateOrigin, StorageState } from "../storage_state.ts";
import { type Grant, mayHaveCookie, mayHaveOrigin, mayHavePartition } from "./grant.ts";

/**
 * Keeps the cookies and origins that a grant covers, as they are; nothing else of the state is
 * carried over, so that a part nobody has thought of here stays with those who may have all.
 *
 * @param state A valid state; not changed.
 * @param grant What may be kept.
 */
export function filterState(state: StorageState, grant: Grant): StorageState {
  return {
    cookies: state.cookies.filter((cookie) => mayHaveCookie(grant, cookie)),
    origins: state.origins.filter(({ origin }) => mayHaveOrigin(grant, origin))
      .map((origin) => filterOrigin(origin, grant)),
  };
}

/**
 * What a frame keeps belongs to the page around it too; and what ends with the tab is as
 * session-only as a session cookie.
 */
function filterOrigin(one: StateOrigin, grant: Grant): StateOrigin {
  const { sessionStorage, partitions, ...rest } = one;
  if (sessionStorage === undefined && partitions === undefined) return one;
  const kept = partitions?.filter(({ topLevelSite }) => mayHavePartition(grant, topLevelSite));
  return {
    ...rest,
    ...(sessionStorage === undefined || grant.hasNoSessionCookies ? {} : { sessionStorage }),
    ...(kept === undefined || kept.length === 0 ? {} : { partitions: kept }),
  };
}
