/**
 * A program's Prometheus metrics. Names follow `hearth_<program>_<thing>_<unit>[_total]`.
 *
 * @module
 */
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** The metrics of one program; hand it to prom-client's `Counter`, `Gauge` and `Histogram`. */
export type Metrics = Registry;

/** Figures that prom-client reads in /proc, where no program of ours may look: they would be 0. */
const OF_PROC = [
  "process_resident_memory_bytes",
  "process_virtual_memory_bytes",
  "process_heap_bytes",
  "process_open_fds",
  "process_max_fds",
];

/**
 * Makes a registry that already holds the runtime's own figures (memory, event loop, heap).
 *
 * @param options Whether to add the runtime's figures. They start a timer-free collector that
 * reads on scrape only.
 */
export function createMetrics(options: { hasRuntime?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.hasRuntime ?? true) registerRuntime(registry);
  return registry;
}

function registerRuntime(registry: Metrics): void {
  collectDefaultMetrics({ register: registry });
  for (const name of OF_PROC) registry.removeSingleMetric(name);
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    registers: [registry],
    collect() {
      this.set(Deno.memoryUsage().rss);
    },
  });
}
