/**
 * What should be in a browser beside what is, cookie by cookie and item by item. Pure.
 *
 * @module
 */
import type { StateCookie, StateOrigin } from "../storage_state.ts";
import { cookieIdentity } from "../guard/cookie_identity.ts";

/** What became of a cookie. Never its value. */
export interface CookieArrival {
  /** Its name. */
  readonly name: string;
  /** Its domain. */
  readonly domain: string;
  /** Its path. */
  readonly path: string;
  /** The site of its partition, where it is partitioned. */
  readonly partitionKey?: string;
  /** Why it is not there as it should be; absent where it is. */
  readonly refused?: string;
}

/** What became of an item, a store or a file of an origin. Never its value. */
export interface ItemArrival {
  /** Such as `localStorage "theme"` or `IndexedDB "db"/"store"`. */
  readonly what: string;
  /** How many records it should have; 1 for an item. */
  readonly expected: number;
  /** How many arrived. */
  readonly arrived: number;
  /** Whether all of it is there as it was; a store without records is something too. */
  readonly isWhole: boolean;
}

/** What became of the storage of an origin. */
export interface OriginArrival {
  /** The origin. */
  readonly origin: string;
  /** Everything that should be there. */
  readonly items: readonly ItemArrival[];
  /** Why nothing of it is there; absent where it could be read. */
  readonly refused?: string;
}

/** What a browser holds of an origin. */
export interface OriginContent {
  /** Its items, with their values. */
  readonly localStorage: readonly (readonly [name: string, value: string])[];
  /** Its databases, with the number of records of each store. */
  readonly databases: readonly {
    readonly name: string;
    readonly stores: readonly (readonly [name: string, records: number])[];
  }[];
  /** The paths of its private files. */
  readonly files: readonly string[];
}

/** Chromium keeps whole microseconds, a snapshot has a float of seconds. */
const EXPIRES_TOLERANCE_SECONDS = 2;

/** Chromium's limit per site (`net/cookies/cookie_monster.cc`). */
const MAX_COOKIES_PER_SITE = 180;

/**
 * Compares cookies.
 *
 * @param expected Those of the snapshot.
 * @param arrived Those of the browser it was seeded into.
 * @param nowMs When it was seeded, in milliseconds since the epoch.
 * @param refusals Why single cookies were left out before, by identity.
 */
export function compareCookies(
  expected: readonly StateCookie[],
  arrived: readonly StateCookie[],
  nowMs: number,
  refusals: ReadonlyMap<string, string>,
): readonly CookieArrival[] {
  const there = new Map(arrived.map((cookie) => [cookieIdentity(cookie), cookie]));
  return expected.map((cookie) => {
    const identity = cookieIdentity(cookie);
    const found = there.get(identity);
    const refused = refusals.get(identity) ??
      (found === undefined ? whyMissing(cookie, nowMs) : difference(cookie, found));
    const { name, domain, path, partitionKey } = cookie;
    return {
      name,
      domain,
      path,
      ...(partitionKey === undefined ? {} : { partitionKey }),
      ...(refused === undefined ? {} : { refused }),
    };
  });
}

function whyMissing(cookie: StateCookie, nowMs: number): string {
  const { expires, sameSite, secure, name, domain } = cookie;
  if (expires !== -1 && expires * 1_000 <= nowMs) return "it has expired";
  if (sameSite === "None" && !secure) return "it is SameSite=None without Secure";
  if (/^__Host-/i.test(name) && domain.startsWith(".")) return "its prefix demands no Domain";
  return "Chromium dropped it and gave no reason; it keeps about " +
    `${MAX_COOKIES_PER_SITE} cookies of one site`;
}

function difference(expected: StateCookie, found: StateCookie): string | undefined {
  const changed: string[] = [];
  for (const key of ["value", "httpOnly", "secure", "sameSite"] as const) {
    if (expected[key] !== found[key]) changed.push(key);
  }
  if (Math.abs(expected.expires - found.expires) > EXPIRES_TOLERANCE_SECONDS) {
    changed.push("expires");
  }
  return changed.length === 0 ? undefined : `it arrived with another ${changed.join(", ")}`;
}

/**
 * Compares the storage of an origin.
 *
 * @param expected That of the snapshot.
 * @param content What the browser holds.
 */
export function compareOrigin(
  expected: StateOrigin,
  content: OriginContent,
): readonly ItemArrival[] {
  const values = new Map(content.localStorage);
  const files = new Set(content.files);
  const items = expected.localStorage.map(({ name, value }) =>
    item(`localStorage ${JSON.stringify(name)}`, values.get(name) === value)
  );
  for (const { name, stores } of expected.indexedDB ?? []) {
    const database = content.databases.find((one) => one.name === name);
    if (stores.length === 0) {
      items.push(item(`IndexedDB ${JSON.stringify(name)}`, database !== undefined));
    }
    const counts = new Map(database?.stores);
    for (const store of stores) {
      const found = counts.get(store.name);
      items.push({
        what: `IndexedDB ${JSON.stringify(name)}/${JSON.stringify(store.name)}`,
        expected: store.records.length,
        arrived: found ?? 0,
        isWhole: found === store.records.length,
      });
    }
  }
  for (const { path } of expected.opfs ?? []) {
    items.push(item(`file ${JSON.stringify(path)}`, files.has(path)));
  }
  return items;
}

function item(what: string, isThere: boolean): ItemArrival {
  return { what, expected: 1, arrived: isThere ? 1 : 0, isWhole: isThere };
}
