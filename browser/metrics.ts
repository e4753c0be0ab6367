/**
 * What `browser.ts` counts.
 *
 * @module
 */
import { Counter, Gauge, Histogram } from "prom-client";
import { createMetrics, type Metrics } from "../core/metrics.ts";
import { PROBE_CAUSES } from "./probe.ts";

/** The counters and where they are shown. */
export interface BrowserMetrics {
  /** For `/metrics`. */
  readonly registry: Metrics;
  /** 1 while a part works. */
  readonly partUp: Gauge<"part">;
  /** How often a part was started after its first time. */
  readonly partRestarts: Counter<"part">;
  /** How long probes took. */
  readonly probeSeconds: Histogram;
  /** Probes that failed, by the process that did not answer. */
  readonly probeMisses: Counter<"cause">;
  /** How often Chromium was restarted because it was wedged. */
  readonly wedgeRestarts: Counter;
}

/** Makes them, at zero. */
export function createBrowserMetrics(): BrowserMetrics {
  const registry = createMetrics();
  const registers = [registry];
  const probeMisses = new Counter({
    name: "hearth_browser_probe_misses_total",
    help: "Health probes that failed, by the Chromium process that did not answer",
    labelNames: ["cause"],
    registers,
  });
  for (const cause of PROBE_CAUSES) probeMisses.inc({ cause }, 0);
  return {
    registry,
    probeMisses,
    partUp: new Gauge({
      name: "hearth_browser_part_up",
      help: "Whether a part works",
      labelNames: ["part"],
      registers,
    }),
    partRestarts: new Counter({
      name: "hearth_browser_part_restarts_total",
      help: "How often a part was started again",
      labelNames: ["part"],
      registers,
    }),
    probeSeconds: new Histogram({
      name: "hearth_browser_probe_duration_seconds",
      help: "How long a health probe took, answered or not",
      buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    wedgeRestarts: new Counter({
      name: "hearth_browser_wedge_restarts_total",
      help: "How often Chromium was restarted because it was wedged",
      registers,
    }),
  };
}
