/**
 * What is wrong with a program, as a figure that an alert can be made of.
 *
 * @module
 */
import { Gauge } from "prom-client";
import type { HealthRegistry } from "./health.ts";
import type { Metrics } from "./metrics.ts";

/**
 * Registers `PREFIX_health_state`: 1 for each state there is, read when it is scraped.
 *
 * @param metrics Where to register it.
 * @param health The states.
 * @param prefix What the name begins with, such as `hearth_harvester`.
 */
export function registerHealthMetric(
  metrics: Metrics,
  health: HealthRegistry,
  prefix: string,
): void {
  new Gauge({
    name: `${prefix}_health_state`,
    help: "1 for each thing that is wrong",
    labelNames: ["name", "severity"] as const,
    registers: [metrics],
    collect() {
      this.reset();
      for (const { name, severity } of health.states()) this.set({ name, severity }, 1);
    },
  });
}
