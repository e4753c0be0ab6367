/**
 * Probes Chromium for as long as it runs, and restarts it when it is wedged.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { HealthRegistry } from "../core/health.ts";
import type { Logger } from "../core/log.ts";
import type { Child } from "../core/process.ts";
import type { BrowserMetrics } from "./metrics.ts";
import { probeBrowser } from "./probe.ts";
import type { Slot } from "./slot.ts";
import { initialVerdict, judge } from "./verdict.ts";

/** The health state that says Chromium is wedged. */
export const WEDGED = "chromium_wedged";

/** How long one that is wedged may take to close in order, in milliseconds: it rarely hears. */
const WEDGED_CLOSE_MS = 2_500;

/** What to watch and how. */
export interface WatchOptions {
  /** Chromium while it runs. */
  readonly chromium: Slot<Child>;
  /** Its DevTools address. */
  readonly address: string;
  /** Rest between two probes, in milliseconds. */
  readonly intervalMs: number;
  /** How long each step of a probe may take, in milliseconds. */
  readonly deadlineMs: number;
  /** Misses in a row that make a wedge. */
  readonly misses: number;
  /** Time. */
  readonly clock: Clock;
  /** Log. */
  readonly log: Logger;
  /** Where a wedge is reported. */
  readonly health: HealthRegistry;
  /** Where probes are counted. */
  readonly metrics: BrowserMetrics;
}

/** Watches until `signal` is aborted. */
export async function watchChromium(options: WatchOptions, signal: AbortSignal): Promise<void> {
  const { chromium, address, deadlineMs, clock, log, health, metrics } = options;
  let verdict = initialVerdict(options.misses);
  while (true) {
    let watched: Child;
    try {
      watched = await chromium.wait(signal);
    } catch {
      // Aborted while Chromium was down: there is nothing left to watch.
      return;
    }
    const startedMs = clock.monotonic();
    const outcome = await probeBrowser(address, deadlineMs);
    if (signal.aborted) return;
    metrics.probeSeconds.observe((clock.monotonic() - startedMs) / 1_000);
    // Chromium died under the probe: that is its supervisor's business, and no wedge.
    if (chromium.value === watched) {
      if (outcome.kind === "miss") {
        metrics.probeMisses.inc({ cause: outcome.cause });
        log.warn("Chromium missed a probe", { cause: outcome.cause, reason: outcome.reason });
      }
      const { after, action } = judge(verdict, outcome, options.misses);
      verdict = after;
      if (outcome.kind === "miss" && after.isWedged) {
        const { cause } = outcome;
        const text = `Chromium's ${cause} process did not answer ${after.misses} probes in a row`;
        health.raise(WEDGED, "error", text);
      }
      if (action === "recovered") {
        health.clear(WEDGED);
        log.info("Chromium answers again");
      }
      if (action === "restart") {
        log.error("Chromium is wedged, restarting it", { misses: after.misses });
        metrics.wedgeRestarts.inc();
        await watched.stop(WEDGED_CLOSE_MS);
      }
    }
    await clock.sleep(options.intervalMs, signal);
    if (signal.aborted) return;
  }
}
