/**
 * What the harvester knows of the browser's state: the cookies and, origin by origin, the storage.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type { Logger } from "../../core/log.ts";
import { createSeenLogouts, type SeenLogouts } from "../guard/seen_logouts.ts";
import type { StateCookie, StateOrigin, StorageState } from "../storage_state.ts";
import { type BrowserCookie, toStateCookie } from "./cookies.ts";
import type { OriginReadings } from "./read_origins.ts";
import { type TabStorage, withTabStorage } from "./tab_storage.ts";

/** The state as far as it was read. */
export interface HarvestState {
  /** Replaces all cookies: what the browser no longer has must not come back. */
  setCookies(cookies: readonly BrowserCookie[]): void;
  /** The cookies that can travel. */
  cookies(): readonly StateCookie[];
  /** Replaces the storage of the origins that were read; one that failed keeps what was known. */
  applyReadings(readings: OriginReadings): void;
  /** Says, once each, which sites bind their login to the device. */
  reportDeviceBound(sites: readonly string[]): void;
  /** Replaces what is known from open tabs: a tab that is closed takes its sessionStorage along. */
  setTabStorage(storage: ReadonlyMap<string, TabStorage>): void;
  /**
   * Takes note of the origins the person has open.
   *
   * @returns Whether the person has come to one of their sites for the first time in this run.
   */
  opened(origins: readonly string[]): boolean;
  /** What was seen to happen in this run of the browser. */
  seen(): SeenLogouts;
  /** Grows with every change. */
  version(): number;
  /** Everything as it is now. */
  snapshot(): StorageState;
  /** How much there is, for the log. */
  counts(): { cookies: number; origins: number };
}

/** Where the state begins. */
export interface HarvestStateOptions {
  /** The last generation, of which origins are kept that cannot be read now. */
  previous?: StorageState | undefined;
  /** Whether this run of the browser has not been harvested before. @default {false} */
  isNewRun?: boolean;
  /** Told, once each, what cannot travel. */
  log: Logger;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Starts with no cookies and no origins. */
export function createHarvestState(options: HarvestStateOptions): HarvestState {
  const { previous, isNewRun = false, log, now } = options;
  const lastKnown = new Map(previous?.origins.map((origin) => [origin.origin, origin]));
  const origins = new Map<string, StateOrigin>();
  let tabStorage: ReadonlyMap<string, TabStorage> = new Map();
  const told = new Set<string>();
  const seen = createSeenLogouts({ isNewRun });
  let cookies: readonly StateCookie[] = [];
  let version = 0;

  function tellOnce(msg: string, fields: Readonly<Record<string, unknown>>): void {
    const key = `${msg} ${JSON.stringify(fields)}`;
    if (told.has(key)) return;
    told.add(key);
    log.warn(msg, fields);
  }

  function snapshot(): StorageState {
    return { cookies: [...cookies], origins: withTabStorage(origins, tabStorage) };
  }

  function changed(): void {
    version++;
    seen.observe({ cookies, origins: [...origins.values()] }, now());
  }

  return {
    setCookies(raw) {
      const kept: StateCookie[] = [];
      for (const cookie of raw) {
        const outcome = toStateCookie(cookie, now());
        if ("cookie" in outcome) kept.push(outcome.cookie);
        else tellOnce("cookie cannot travel", { ...outcome.rejected });
      }
      cookies = kept;
      changed();
    },
    cookies: () => cookies,
    applyReadings({ readings, failures }) {
      for (const { origin, state, skipped } of readings) {
        if (state === undefined) origins.delete(origin);
        else origins.set(origin, state);
        for (const item of skipped) tellOnce("storage item cannot travel", { origin, ...item });
      }
      for (const [origin, reason] of failures) {
        const known = origins.get(origin) ?? lastKnown.get(origin);
        // Most candidates are guesses; only one that held something is worth a word.
        if (known === undefined) log.debug("origin not read", { origin, reason });
        else {
          origins.set(origin, known);
          tellOnce("origin not read, keeping what was known of it", { origin, reason });
        }
      }
      changed();
    },
    reportDeviceBound(sites) {
      for (const site of sites) {
        tellOnce("login is bound to this device and will not work elsewhere", { site });
      }
    },
    setTabStorage(storage) {
      if (isDeepStrictEqual(storage, tabStorage)) return;
      tabStorage = storage;
      changed();
    },
    opened: (open) => seen.opened(open, now()),
    seen: () => seen,
    version: () => version,
    snapshot,
    counts: () => ({ cookies: cookies.length, origins: origins.size }),
  };
}
