/**
 * One pass over everything: all cookies, and the storage of every origin that may have changed.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/log.ts";
import type { Generations } from "../generations.ts";
import type { StorageState } from "../storage_state.ts";
import type { BrowserConnection } from "./connect_browser.ts";
import { readCookies } from "./cookies.ts";
import { deviceBoundSites } from "./device_bound.ts";
import type { HarvestState } from "./harvest_state.ts";
import { withHiddenPage } from "./hidden_page.ts";
import type { Ledger, LedgerEntry } from "./ledger.ts";
import { openOrigins } from "./open_origins.ts";
import { planPass } from "./plan_pass.ts";
import { readProfileOrigins } from "./profile_origins.ts";
import { readOrigins } from "./read_origins.ts";
import { readTabStorage } from "./tab_storage.ts";

/** What a pass works with. */
export interface FullPassOptions {
  /** The browser. */
  browser: BrowserConnection;
  /** Where the profile is, for its list of visited origins. */
  profileDir: string;
  /** Where known origins are kept. */
  generations: Generations;
  /** Receives what was read. */
  state: HarvestState;
  /** The state that the ledger speaks of: origins that have not changed are taken from it. */
  previous: StorageState | undefined;
  /** What earlier passes have read. */
  ledger: Ledger;
  /** Time. */
  clock: Clock;
  /** Progress and faults. */
  log: Logger;
  /** Aborted when the pass should end early. */
  signal: AbortSignal;
}

/** A pass over this many origins takes a while, and says so. */
const MANY_ORIGINS = 100;

/**
 * Reads everything that may have changed into `state`, and takes the rest from `previous`.
 *
 * @returns The ledger after the pass.
 * @throws {CdpClosedError} When the browser goes away.
 */
export async function fullPass(options: FullPassOptions): Promise<Ledger> {
  const { browser, profileDir, generations, state, previous, clock, log, signal } = options;
  const nowMs = clock.now();
  const [raw, open, onDisk, known] = await Promise.all([
    readCookies(browser.client),
    openOrigins(browser),
    readProfileOrigins(profileDir, generations.dir),
    generations.knownOrigins(),
  ]);
  for (const fault of onDisk.faults) log.warn(fault);
  state.setCookies(raw);
  const { read, keep, traces } = planPass({
    open,
    visited: onDisk.visited,
    // Where the ledger is lost, what is known at least says where to look.
    buckets: [...onDisk.buckets, ...known.map((text) => ({ text, atMs: 0 }))],
    cookies: state.cookies(),
    previousCookies: previous?.cookies ?? [],
    ledger: previous === undefined ? {} : options.ledger,
    nowMs,
  });
  if (read.length > MANY_ORIGINS) log.info("reading origins", { origins: read.length });
  const [result, boundSites] = await Promise.all([
    readOrigins(browser.client, read, { signal }),
    withHiddenPage(browser.client, deviceBoundSites),
  ]);
  const kept = new Map(previous?.origins.map((origin) => [origin.origin, origin]));
  state.applyReadings({
    readings: keep.map((origin) => ({ origin, state: kept.get(origin), skipped: [] })),
    failures: new Map(),
  });
  state.applyReadings(result);
  state.setTabStorage(await readTabStorage(browser, log));
  state.reportDeviceBound(boundSites);
  log.debug("pass over", { read: read.length, kept: keep.length, failed: result.failures.size });
  await generations.remember(result.readings.filter((one) => one.state).map((one) => one.origin));
  const isOpen = new Set(open);
  const entries = result.readings.map(({ origin }): [string, LedgerEntry] => [
    origin,
    { readMs: nowMs, traceMs: traces.get(origin) ?? 0, wasOpen: isOpen.has(origin) },
  ]);
  return { ...options.ledger, ...Object.fromEntries(entries) };
}
