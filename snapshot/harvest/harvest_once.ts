/**
 * One harvest, as the CronJob and an impatient person run it.
 *
 * @module
 */
import { CdpClosedError } from "../../cdp/client.ts";
import { errorText } from "../../core/error_text.ts";
import { Fault } from "../../core/fault.ts";
import { connectBrowser, EXIT_NO_BROWSER } from "./connect_browser.ts";
import { fullPass } from "./full_pass.ts";
import type { HarvestOptions } from "./harvest_options.ts";
import { createHarvestState } from "./harvest_state.ts";
import { writeLedger } from "./ledger.ts";
import { openOrigins } from "./open_origins.ts";
import { createPublisher } from "./publish.ts";
import { startPoint } from "./start_point.ts";

/**
 * Harvests everything once and publishes it.
 *
 * @param options Browser, profile, directory.
 * @param signal Aborted when the harvest should be given up; then nothing is written.
 * @throws {Fault} With the exit codes of the contract.
 */
export async function harvestOnce(options: HarvestOptions, signal: AbortSignal): Promise<void> {
  const { cdpUrl, generations, guard, clock, log } = options;
  const browser = await connectBrowser(cdpUrl);
  using _client = browser.client;
  const { isForced } = guard;
  const { previous, place, isNewRun, ...start } = await startPoint({
    generations,
    browser,
    isForced,
  });
  const state = createHarvestState({ previous, isNewRun, log, now: () => clock.now() });
  let ledger = start.ledger;
  try {
    state.opened(await openOrigins(browser));
    ledger = await fullPass({ ...options, browser, state, previous, ledger, signal });
  } catch (error) {
    if (!(error instanceof CdpClosedError)) throw error;
    throw new Fault(`The browser went away while it was harvested: ${errorText(error)}`, {
      exitCode: EXIT_NO_BROWSER,
      cause: error,
    });
  }
  if (signal.aborted) throw new Fault("Interrupted before the snapshot was written");
  const isWritten = await createPublisher({ generations, browser, guard, clock, log }).publish(
    state,
  );
  await writeLedger(place, ledger);
  if (!isWritten) log.info(`snapshot unchanged at ${generations.path}`, state.counts());
}
