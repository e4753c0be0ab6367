/**
 * One way to write a storage state, so that equal states are equal bytes.
 *
 * @module
 */
import type { StateOrigin, StorageState } from "./storage_state.ts";

/**
 * The bytes of a storage state: compact JSON, with cookies, origins, items and databases in a fixed order. Lone
 * surrogates survive as `\uXXXX` escapes.
 *
 * @param state Cookies and origins in any order; not changed.
 */
export function canonicalBytes(state: StorageState): Uint8Array<ArrayBuffer> {
  const cookies = state.cookies.toSorted((a, b) =>
    compare(a.domain, b.domain) || compare(a.path, b.path) || compare(a.name, b.name) ||
    compare(a.partitionKey ?? "", b.partitionKey ?? "") ||
    Number(a._crHasCrossSiteAncestor ?? false) - Number(b._crHasCrossSiteAncestor ?? false)
  );
  const origins = state.origins.map(sortOrigin).sort((a, b) => compare(a.origin, b.origin));
  return new TextEncoder().encode(JSON.stringify({ cookies, origins }));
}

function sortOrigin(one: StateOrigin): StateOrigin {
  const { origin, localStorage, indexedDB, opfs, sessionStorage, partitions } = one;
  const byName = <T extends { name: string }>(items: readonly T[]) =>
    items.toSorted((a, b) => compare(a.name, b.name));
  return {
    origin,
    localStorage: byName(localStorage),
    ...(indexedDB === undefined ? {} : { indexedDB: byName(indexedDB) }),
    ...(opfs === undefined ? {} : { opfs: opfs.toSorted((a, b) => compare(a.path, b.path)) }),
    ...(sessionStorage === undefined ? {} : { sessionStorage: byName(sessionStorage) }),
    ...(partitions === undefined ? {} : {
      partitions: partitions
        .map((part) => ({ ...part, localStorage: byName(part.localStorage) }))
        .sort((a, b) => compare(a.topLevelSite, b.topLevelSite)),
    }),
  };
}

/** Order by code units: the same on every machine and in every locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
