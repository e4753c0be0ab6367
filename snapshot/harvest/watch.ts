/**
 * The harvester that stays: a login is on disk about a second after it happened.
 *
 * A browser that goes away is waited for.
 *
 * @module
 */
import { backoffMs } from "../../core/backoff.ts";
import { errorText } from "../../core/error_text.ts";
import { type BrowserConnection, connectBrowser } from "./connect_browser.ts";
import type { HarvestOptions } from "./harvest_options.ts";
import { watchBrowser } from "./watch_browser.ts";

/** The health state that says there is no browser to harvest. */
const UNREACHABLE = "browser_unreachable";

/**
 * Harvests until `signal` is aborted.
 *
 * @param options Browser, profile, directory.
 * @param signal Aborted when the harvester should end.
 */
export async function watch(options: HarvestOptions, signal: AbortSignal): Promise<void> {
  const { cdpUrl, clock, log, health } = options;
  for (let failures = 0; !signal.aborted;) {
    let browser: BrowserConnection | undefined;
    try {
      browser = await connectBrowser(cdpUrl);
      log.info("watching the browser", { product: browser.product });
      failures = 0;
      health.clear(UNREACHABLE);
      await watchBrowser(browser, options, signal);
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      const reason = errorText(error);
      health.raise(UNREACHABLE, "error", reason);
      // Said once, not with every attempt.
      if (failures === 1) log.warn(reason);
      else log.debug(reason, { failures });
    } finally {
      browser?.client.close();
    }
    if (!signal.aborted) await clock.sleep(backoffMs(failures, { maxMs: 5_000 }), signal);
  }
}
