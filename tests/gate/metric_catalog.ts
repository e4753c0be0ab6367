/**
 * Every metric of every program, from the code that registers it.
 *
 * @module
 */
import { emptyState } from "../../autoupdate/state.ts";
import { updaterMetrics } from "../../autoupdate/metrics_text.ts";
import { createBridgeMetrics } from "../../bridge/bridge_metrics.ts";
import { createBrowserMetrics } from "../../browser/metrics.ts";
import { systemClock } from "../../core/clock.ts";
import { createHealth } from "../../core/health.ts";
import { createLogger } from "../../core/log.ts";
import { createMetrics, type Metrics } from "../../core/metrics.ts";
import { createDispatchMetrics } from "../../dispatch/dispatch_metrics.ts";
import { provisionMetrics } from "../../provision/metrics_text.ts";
import { createHarvestMetrics } from "../../snapshot/harvest/harvest_metrics.ts";
import { createPullTimes } from "../../snapshot/server/pull_times.ts";
import { registerServerMetrics } from "../../snapshot/server/server_metrics.ts";
import { createSnapshotBodies } from "../../snapshot/server/snapshot_bodies.ts";
import { createSnapshotStore } from "../../snapshot/server/snapshot_store.ts";

/** One metric. */
export interface MetricEntry {
  /** Its name. */
  readonly name: string;
  /** `counter`, `gauge` or `histogram`. */
  readonly type: string;
  /** Its labels. */
  readonly labels: readonly string[];
  /** What it means. */
  readonly help: string;
}

/** A program and what it shows. */
export interface ProgramMetrics {
  /** The program. */
  readonly program: string;
  /** Where they are. */
  readonly where: string;
  /** Its own metrics, by name; those of the runtime are left out. */
  readonly metrics: readonly MetricEntry[];
}

/** The programs that have none, and where what they do is seen. */
export const WITHOUT_METRICS: Readonly<Record<string, string>> = {
  "hearth.ts": "Answers a person and ends; what `up` starts has its own.",
  "mint.ts": "Answers dispatch once a start: `hearth_dispatch_pairings_total`.",
  "profile_backup.ts":
    "A CronJob: `kube_cronjob_status_last_successful_time` of kube-state-metrics.",
  "refresh.ts":
    "A user's, who may write nothing that is scraped: `hearth_snapshot_server_pull_timestamp_seconds`.",
  "roster.ts": "Answers a person and ends.",
};

/** All programs that have metrics. */
export function metricCatalog(): readonly ProgramMetrics[] {
  const health = createHealth();
  const bare = () => createMetrics({ hasRuntime: false });
  const bridge = bare();
  createBridgeMetrics(bridge);
  const dispatch = bare();
  createDispatchMetrics(dispatch, () => 0);
  const facts = { freeze: undefined, pointers: new Map(), backups: new Map(), nowMs: 0 };
  return [
    entry("browser.ts", "port 9225", createBrowserMetrics().registry),
    entry("bridge.ts", "port 9224", bridge),
    entry("harvester.ts", "port 9226", createHarvestMetrics(health, () => 0).registry),
    entry("snapshot_server.ts", "port 8089", snapshotServer()),
    entry("dispatch.ts", "port 3781", dispatch),
    entry(
      "provision.ts",
      "`/var/lib/t3-provision/metrics.prom`, and `HEARTH_TEXTFILE`",
      provisionMetrics({ endMs: 0, tookMs: 0, hasFailed: false, counts: {} }),
    ),
    entry(
      "autoupdate.ts",
      "`/var/lib/t3-autoupdate/metrics.prom`, and `T3_TEXTFILE`",
      updaterMetrics({ state: emptyState(), ...facts }),
    ),
  ];
}

function snapshotServer(): Metrics {
  const metrics = createMetrics({ hasRuntime: false });
  const health = createHealth();
  const clock = systemClock;
  const log = createLogger({ component: "", format: "text", level: "error", write: () => {} });
  registerServerMetrics({
    metrics,
    store: createSnapshotStore({ path: "/profile", health, log, clock }),
    bodies: createSnapshotBodies(),
    health,
    pulls: createPullTimes(() => 0),
    subjects: () => [],
    clock,
  });
  return metrics;
}

function entry(program: string, where: string, registry: Metrics): ProgramMetrics {
  const metrics = registry.getMetricsAsArray().map((metric) => {
    // The library knows a metric's labels and leaves them out of its types.
    const { labelNames = [] } = metric as { labelNames?: readonly string[] };
    return { name: metric.name, type: String(metric.type), labels: labelNames, help: metric.help };
  }).filter(({ name }) => name.startsWith("hearth_"));
  return { program, where, metrics: metrics.sort((a, b) => a.name < b.name ? -1 : 1) };
}
