/**
 * The updater's metrics, for node_exporter's textfile collector: it runs for minutes a day, so
 * nobody can scrape it. Pure.
 *
 * @module
 */
import { Gauge } from "prom-client";
import { createMetrics, type Metrics } from "../core/metrics.ts";
import type { Freeze } from "./state_files.ts";
import type { State } from "./state.ts";

/** How a run can end, each a series of its own. */
const RESULTS = [
  "nothing",
  "committed",
  "deferred",
  "refused",
  "inconclusive",
  "rolled-back",
  "stranded",
  "frozen",
] as const;

/** What is shown. */
export interface MetricFacts {
  /** The journal. */
  readonly state: State;
  /** The brake. */
  readonly freeze: Freeze | undefined;
  /** The version of each user. */
  readonly pointers: ReadonlyMap<string, string>;
  /** When each user's newest copy was made, in milliseconds since the epoch. */
  readonly backups: ReadonlyMap<string, number>;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Renders them. */
export async function metricsText(facts: MetricFacts): Promise<string> {
  return await updaterMetrics(facts).metrics();
}

/** Registers them, with their values. */
export function updaterMetrics(facts: MetricFacts): Metrics {
  const { state, freeze, pointers, backups, nowMs } = facts;
  const register = createMetrics({ hasRuntime: false });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `hearth_autoupdate_${name}`, help, labelNames, registers: [register] });
  gauge("last_run_timestamp_seconds", "When the last run ended").set(
    (state.lastRun?.atMs ?? 0) / 1_000,
  );
  const result = gauge("last_run_result", "1 for how the last run ended", ["result"]);
  for (const one of RESULTS) result.set({ result: one }, state.lastRun?.result === one ? 1 : 0);
  gauge("last_gate_timestamp_seconds", "When a build last passed the gate").set(
    (state.lastGateMs ?? 0) / 1_000,
  );
  gauge("behind_seconds", "How long a newer build has been offered and not taken").set(
    behindMs(state, nowMs) / 1_000,
  );
  gauge("inconclusive_runs", "Runs in a row that blamed nobody").set(state.inconclusive);
  gauge("frozen", "1 while the brake is on").set(freeze === undefined ? 0 : 1);
  gauge("frozen_timestamp_seconds", "Since when, where the updater put it on").set(
    (freeze?.atMs ?? 0) / 1_000,
  );
  gauge("in_flight", "1 while an update has begun and not ended").set(
    state.update === undefined ? 0 : 1,
  );
  gauge("skipped_builds", "Builds that failed and are not tried again").set(
    Object.keys(state.skipped).length,
  );
  const waiting = gauge("waiting_seconds", "How long a user waits for a build", ["user"]);
  for (const [user, { sinceMs }] of Object.entries(state.waitingSince)) {
    waiting.set({ user }, Math.max(0, nowMs - sinceMs) / 1_000);
  }
  const version = gauge("user_version", "1 for the version a user has", ["user", "version"]);
  for (const [user, theirs] of pointers) version.set({ user, version: theirs }, 1);
  const copied = gauge("backup_timestamp_seconds", "When a user's newest copy was made", ["user"]);
  for (const [user, atMs] of backups) copied.set({ user }, atMs / 1_000);
  return register;
}

/** How long a build other than the last good one has been offered. */
export function behindMs({ offered, lastGood }: State, nowMs: number): number {
  if (offered === undefined || offered.version === lastGood?.version) return 0;
  return Math.max(0, nowMs - offered.seenMs);
}
