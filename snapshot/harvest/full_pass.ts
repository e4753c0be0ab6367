/**
 * One pass over everything: all cookies, and the storage of every origin there is a hint of.
 *
 * @module
 */
import type { Logger } from "../../core/log.ts";
import type { Generations } from "../generations.ts";
import { candidateOrigins } from "./candidate_origins.ts";
import type { BrowserConnection } from "./connect_browser.ts";
import { readCookies } from "./cookies.ts";
import type { HarvestState } from "./harvest_state.ts";
import { openOrigins } from "./open_origins.ts";
import { readProfileOrigins } from "./profile_origins.ts";
import { readOrigins } from "./read_origins.ts";

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
  /** Progress and faults. */
  log: Logger;
  /** Aborted when the pass should end early. */
  signal: AbortSignal;
}

/**
 * Reads everything into `state`.
 *
 * @throws {CdpClosedError} When the browser goes away.
 */
export async function fullPass(options: FullPassOptions): Promise<void> {
  const { browser, profileDir, generations, state, log, signal } = options;
  const [raw, open, onDisk, known] = await Promise.all([
    readCookies(browser.client),
    openOrigins(browser),
    readProfileOrigins(profileDir, generations.dir),
    generations.knownOrigins(),
  ]);
  for (const fault of onDisk.faults) log.warn(fault);
  state.setCookies(raw);
  const candidates = candidateOrigins({ ...onDisk, open, known, cookies: state.cookies() });
  if (candidates.length > 100) log.info("reading origins", { origins: candidates.length });
  const result = await readOrigins(browser.client, candidates, { signal });
  state.applyReadings(result);
  await generations.remember(result.readings.filter((one) => one.state).map((one) => one.origin));
}
