/**
 * Whether the browser is there: a real CDP round trip, since `/json/version` answers from a
 * browser that does nothing else any more.
 *
 * @module
 */
import { connectCdp } from "../cdp/client.ts";
import { discoverBrowser } from "../cdp/discover.ts";
import type { Clock } from "../core/clock.ts";
import { errorText } from "../core/error_text.ts";
import type { HealthRegistry } from "../core/health.ts";
import type { Logger } from "../core/log.ts";

/** What the probe looks at and whom it tells. */
export interface SelfProbeOptions {
  /** The browser's DevTools address. */
  readonly address: string;
  /** How often, in milliseconds. */
  readonly everyMs: number;
  /** The longest round trip, in milliseconds. */
  readonly deadlineMs: number;
  /** Raised as `browser` while nobody answers. */
  readonly health: HealthRegistry;
  /** Told of each round trip, in seconds. */
  readonly onRoundTrip: (seconds: number) => void;
  /** The time. */
  readonly clock: Clock;
  /** The log; a change is said once. */
  readonly log: Logger;
  /** Ends the probing. */
  readonly signal: AbortSignal;
}

/** Probes until it is told to stop. */
export async function runSelfProbe(options: SelfProbeOptions): Promise<void> {
  const { address, everyMs, deadlineMs, health, onRoundTrip, clock, log, signal } = options;
  let wasHere: boolean | undefined;
  while (!signal.aborted) {
    const fault = await probe(address, deadlineMs, clock, onRoundTrip);
    if (signal.aborted) return;
    if (fault === undefined) health.clear("browser");
    else health.raise("browser", "error", fault);
    if (fault === undefined && wasHere !== true) log.info("browser answers", { address });
    if (fault !== undefined && wasHere !== false) {
      log.warn("no browser answers; clients wait for it", { address, error: fault });
    }
    wasHere = fault === undefined;
    // A browser that is starting is noticed soon.
    await clock.sleep(wasHere ? everyMs : Math.min(everyMs, 500), signal);
  }
}

async function probe(
  address: string,
  deadlineMs: number,
  clock: Clock,
  onRoundTrip: (seconds: number) => void,
): Promise<string | undefined> {
  try {
    const { webSocketUrl } = await discoverBrowser(address, deadlineMs);
    using client = await connectCdp(webSocketUrl, { deadlineMs });
    const startedMs = clock.monotonic();
    await client.send("Browser.getVersion", undefined, { deadlineMs });
    onRoundTrip((clock.monotonic() - startedMs) / 1_000);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
