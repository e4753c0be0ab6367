/**
 * The harvester while one browser runs: a full pass first, then only what changed.
 *
 * Cookies are polled, since no event tells of them; the storage of open origins is listened to.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { Fault } from "../../core/fault.ts";
import type { StorageState } from "../storage_state.ts";
import type { BrowserConnection } from "./connect_browser.ts";
import { type BrowserCookie, readCookies } from "./cookies.ts";
import { fullPass } from "./full_pass.ts";
import type { HarvestOptions } from "./harvest_options.ts";
import { createHarvestState } from "./harvest_state.ts";
import { type Ledger, writeLedger } from "./ledger.ts";
import { trackOpenOrigins } from "./open_origins.ts";
import { pollIntervalMs } from "./poll_interval.ts";
import { createPublisher, EXIT_REFUSED } from "./publish.ts";
import { type OriginReading, readHere, readOrigins } from "./read_origins.ts";
import { startPoint } from "./start_point.ts";
import { createStorageListeners } from "./storage_listeners.ts";
import { readTabStorage } from "./tab_storage.ts";
import { createWakeUp } from "./wake_up.ts";

/** The health states that say what was harvested is not published, and why. */
const REFUSED = "snapshot_refused";
const UNPUBLISHED = "snapshot_not_published";

/** Origins nobody listens to are read again this long after something happened. */
const FULL_PASS_MS = 900_000;

/** Writes come in bursts; one reading shortly after the first is enough. */
const SETTLE_MS = 60;

/**
 * Harvests one run of the browser.
 *
 * @param browser A connection to it.
 * @param options Profile, directory, guard.
 * @param signal Aborted when the harvester should end.
 * @throws {CdpClosedError} When the browser goes away.
 */
export async function watchBrowser(
  browser: BrowserConnection,
  options: HarvestOptions,
  signal: AbortSignal,
): Promise<void> {
  const { generations, guard, clock, log, health } = options;
  const { client } = browser;
  const wakeUp = createWakeUp(clock);
  const stopping = AbortSignal.any([signal, client.closed]);
  const dirty = new Set<string>();
  let activeMs = clock.monotonic();

  function active(origin?: string): void {
    activeMs = clock.monotonic();
    if (origin !== undefined) dirty.add(origin);
    wakeUp.wake();
  }

  const { isNewRun, ...start } = await startPoint({ generations, browser, isForced: false });
  const { previous, place } = start;
  let ledger = start.ledger;
  const publisher = createPublisher({ generations, browser, guard, clock, log });
  const state = createHarvestState({ previous, isNewRun, log, now: () => clock.now() });
  let haveTabsChanged = true;
  using tabs = await trackOpenOrigins(browser, () => {
    haveTabsChanged = true;
    active();
  });
  const listeners = createStorageListeners(client, { onChange: active, log });
  const readAll = async (since: StorageState | undefined) => {
    ledger = await fullPass({
      ...options,
      browser,
      state,
      previous: since,
      ledger,
      signal: stopping,
    });
  };

  async function readDirty(): Promise<void> {
    const origins = [...dirty];
    dirty.clear();
    const heard = origins.filter((origin) => listeners.pageOf(origin) !== undefined);
    const readings: OriginReading[] = [];
    const failures = new Map<string, string>();
    for (const origin of heard) {
      const page = listeners.pageOf(origin);
      try {
        if (page !== undefined) readings.push(await readHere(page, origin));
      } catch (error) {
        if (client.closed.aborted) throw error;
        failures.set(origin, errorText(error));
        await listeners.leave(origin);
      }
    }
    state.applyReadings({ readings, failures });
    const rest = origins.filter((origin) => !heard.includes(origin));
    state.applyReadings(await readOrigins(client, rest, { signal: stopping }));
    await generations.remember(readings.filter((one) => one.state).map((one) => one.origin));
  }

  let lastPassMs = clock.monotonic();
  let lastCookies: string | undefined;
  let isPublished = false;
  let publishedVersion = -1;
  let isFirst = true;
  let trouble = "";
  let isRefused = false;
  await readAll(previous);
  while (!stopping.aborted) {
    for (const origin of await listeners.follow(tabs.current())) dirty.add(origin);
    if (state.opened(tabs.current()) || publisher.isDue()) isPublished = false;
    const askedMs = clock.monotonic();
    const cookies = await readCookies(client);
    const costMs = clock.monotonic() - askedMs;
    const fingerprint = cookieFingerprint(cookies);
    if (fingerprint !== lastCookies) {
      if (lastCookies !== undefined) activeMs = askedMs;
      lastCookies = fingerprint;
      state.setCookies(cookies);
      isPublished = false;
    }
    if (dirty.size > 0) {
      await readDirty();
      isPublished = false;
    }
    if (clock.monotonic() - lastPassMs > FULL_PASS_MS && activeMs > lastPassMs) {
      lastPassMs = clock.monotonic();
      await readAll(state.snapshot());
      isPublished = false;
    }
    const isDue = !isPublished || state.version() !== publishedVersion;
    if (isDue) isPublished = await tryPublish();
    if (isPublished) options.onCurrent?.();
    if (haveTabsChanged || isDue) {
      haveTabsChanged = false;
      // After publishing: a tab that does not answer must not hold up a login elsewhere.
      state.setTabStorage(await readTabStorage(browser, log));
      if (isPublished && state.version() !== publishedVersion) wakeUp.wake();
    }
    if ((isPublished || isRefused) && isFirst) {
      isFirst = false;
      log.info("first harvest done", { ...state.counts(), isRefused });
    }
    await wakeUp.sleep(pollIntervalMs({ quietMs: clock.monotonic() - activeMs, costMs }), stopping);
    await clock.sleep(SETTLE_MS, stopping);
  }
  await listeners.close();
  if (!signal.aborted) throw new Error("the browser closed the connection");

  /** A full disk or a refusal is a person's to mend; meanwhile the harvester tries again. */
  async function tryPublish(): Promise<boolean> {
    try {
      const version = state.version();
      await publisher.publish(state);
      publishedVersion = version;
      await writeLedger(place, withOpen(ledger, tabs.current()));
      if (trouble !== "") log.info("the snapshot is published again", state.counts());
      [trouble, isRefused] = ["", false];
      health.clear(REFUSED);
      health.clear(UNPUBLISHED);
      return true;
    } catch (error) {
      const text = errorText(error);
      isRefused = error instanceof Fault && error.exitCode === EXIT_REFUSED;
      // Said once, not with every attempt.
      if (text !== trouble) log.error(text);
      trouble = text;
      health.clear(isRefused ? UNPUBLISHED : REFUSED);
      health.raise(isRefused ? REFUSED : UNPUBLISHED, "error", text);
      return false;
    }
  }
}

/** An origin that is open now may change until it is closed, so the next start reads it again. */
function withOpen(ledger: Ledger, open: readonly string[]): Ledger {
  const entries = open.map((origin) =>
    [origin, { readMs: 0, traceMs: 0, ...ledger[origin], wasOpen: true }] as const
  );
  return { ...ledger, ...Object.fromEntries(entries) };
}

/** Changes when any cookie does. The order in which the browser lists them does not count. */
function cookieFingerprint(cookies: readonly BrowserCookie[]): string {
  return cookies.map((cookie) => JSON.stringify(cookie)).sort().join("\n");
}
