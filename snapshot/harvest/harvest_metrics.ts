/**
 * What a watching harvester shows on `/metrics`.
 *
 * A snapshot's file is as old as the last change, so its age says nothing: what counts is when it
 * was last known to be what the browser has.
 *
 * @module
 */
import { Gauge } from "prom-client";
import type { HealthRegistry } from "../../core/health.ts";
import { registerHealthMetric } from "../../core/health_metric.ts";
import { createMetrics, type Metrics } from "../../core/metrics.ts";

/** The figures, and who tells them. */
export interface HarvestMetrics {
  /** For `/metrics`. */
  readonly registry: Metrics;
  /** Told whenever the published snapshot was seen to be what the browser has. */
  readonly onCurrent: () => void;
}

/**
 * Makes them.
 *
 * @param health The program's states.
 * @param now Milliseconds since the epoch; the first reading stands for the start, so that a
 * harvester that never gets to the browser is late from then on.
 */
export function createHarvestMetrics(health: HealthRegistry, now: () => number): HarvestMetrics {
  const registry = createMetrics();
  registerHealthMetric(registry, health, "hearth_harvester");
  let currentMs = now();
  new Gauge({
    name: "hearth_harvester_current_timestamp_seconds",
    help:
      "When the published snapshot was last seen to be what the browser has; at first, the start",
    registers: [registry],
    collect() {
      this.set(currentMs / 1_000);
    },
  });
  return { registry, onCurrent: () => currentMs = now() };
}
