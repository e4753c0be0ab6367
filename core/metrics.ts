/**
 * A program's Prometheus metrics. Names follow `hearth_<program>_<thing>_<unit>[_total]`.
 *
 * @module
 */
import { collectDefaultMetrics, Registry } from "prom-client";

/** The metrics of one program; hand it to prom-client's `Counter`, `Gauge` and `Histogram`. */
export type Metrics = Registry;

/**
 * Makes a registry that already holds the runtime's own figures (memory, event loop, heap).
 *
 * @param options Whether to add the runtime's figures. They start a timer-free collector that
 * reads on scrape only.
 */
export function createMetrics(options: { hasRuntime?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.hasRuntime ?? true) collectDefaultMetrics({ register: registry });
  return registry;
}
