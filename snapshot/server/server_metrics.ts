/**
 * What the snapshot server shows on `/metrics`.
 *
 * @module
 */
import { Counter, Gauge } from "prom-client";
import type { Clock } from "../../core/clock.ts";
import type { HealthRegistry } from "../../core/health.ts";
import { registerHealthMetric } from "../../core/health_metric.ts";
import type { Metrics } from "../../core/metrics.ts";
import { loginExpiries } from "../inventory/login_expiry.ts";
import { PAGE_PATHS } from "../page/status_page.ts";
import type { Generation } from "./load_generation.ts";
import type { PullTimes } from "./pull_times.ts";
import { API_PATHS } from "./snapshot_api.ts";
import type { SnapshotBodies } from "./snapshot_bodies.ts";
import type { SnapshotStore } from "./snapshot_store.ts";

/** What is measured and where it is registered. */
export interface ServerMetricsOptions {
  /** The program's registry. */
  metrics: Metrics;
  /** The snapshot. */
  store: SnapshotStore;
  /** What each scope is sent. */
  bodies: SnapshotBodies;
  /** The program's states. */
  health: HealthRegistry;
  /** When each reader last asked. */
  pulls: PullTimes;
  /** Who may ask, by name. */
  subjects: () => readonly string[];
  /** Time. */
  clock: Clock;
}

/**
 * Registers the figures; those of the store are read when they are scraped.
 *
 * @returns Counts an answer; pass it to the API as `onAnswer`.
 */
export function registerServerMetrics(
  options: ServerMetricsOptions,
): (path: string, status: number | "gone") => void {
  const { metrics, store, bodies, health, pulls, subjects, clock } = options;
  const registers = [metrics];
  const prefix = "hearth_snapshot_server";

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `${prefix}_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }

  // Counted by hand and handed over on a scrape: the counter's own labels cost more than a 304.
  const counts = new Map<string, Map<number | "gone", number>>();
  new Counter({
    name: `${prefix}_requests_total`,
    help: "Requests by path and status; gone: the client left first",
    labelNames: ["path", "status"] as const,
    registers,
    collect() {
      this.reset();
      for (const [path, statuses] of counts) {
        for (const [status, count] of statuses) this.inc({ path, status: String(status) }, count);
      }
    },
  });
  gauge("waiters", "Long polls that are held now", () => store.waiterCount());
  gauge("scopes", "Different scopes served of this snapshot", () => bodies.count());
  gauge("snapshot_bytes", "Size of the snapshot served", () => store.current()?.bytes.length ?? 0);
  gauge("snapshot_age_seconds", "Time since the snapshot was written; NaN without one", () => {
    const generation = store.current();
    return generation === undefined ? NaN : (clock.now() - generation.modifiedMs) / 1_000;
  });
  new Counter({
    name: `${prefix}_reload_failures_total`,
    help: "Times the snapshot file could not be used",
    registers,
    collect() {
      this.reset();
      this.inc(store.failureCount());
    },
  });
  registerHealthMetric(metrics, health, prefix);
  let shown: Generation | undefined;
  new Gauge({
    name: `${prefix}_login_expiry_timestamp_seconds`,
    help: "When the last persistent login cookie of a site expires",
    labelNames: ["site"] as const,
    registers,
    collect() {
      const generation = store.current();
      if (generation === shown) return;
      shown = generation;
      this.reset();
      if (generation === undefined) return;
      for (const [site, atMs] of loginExpiries(generation.state)) {
        this.set({ site }, atMs / 1_000);
      }
    },
  });
  new Gauge({
    name: `${prefix}_pull_timestamp_seconds`,
    help: "When a subject last got an answer about the snapshot; the server's start before that",
    labelNames: ["subject"] as const,
    registers,
    collect() {
      this.reset();
      for (const [subject, atMs] of pulls.last(subjects())) this.set({ subject }, atMs / 1_000);
    },
  });

  return (path, status) => {
    // Any other path is a stranger's text and would be a label each.
    const label = API_PATHS.includes(path) || PAGE_PATHS.includes(path) ? path : "other";
    let statuses = counts.get(label);
    if (statuses === undefined) counts.set(label, statuses = new Map());
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
}
