/**
 * The provisioner's metrics, for node_exporter's textfile collector: a run takes seconds, so nobody
 * can scrape it.
 *
 * @module
 */
import { Gauge } from "prom-client";
import { writeFileAtomic } from "../core/atomic_file.ts";
import { errorText } from "../core/error_text.ts";
import { createMetrics, type Metrics } from "../core/metrics.ts";
import type { Counts } from "./report.ts";

/** How a run ended. */
export interface RunFacts {
  /** When, in milliseconds since the epoch. */
  readonly endMs: number;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
  /** Whether something failed, was in the way, or was not come to. */
  readonly hasFailed: boolean;
  /** How often each result came up; none where the run did not get to its first item. */
  readonly counts: Partial<Counts>;
}

/** Registers them, with their values. */
export function provisionMetrics({ endMs, tookMs, hasFailed, counts }: RunFacts): Metrics {
  const register = createMetrics({ hasRuntime: false });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `hearth_provision_${name}`, help, labelNames, registers: [register] });
  gauge("last_run_timestamp_seconds", "When the last run ended").set(endMs / 1_000);
  gauge("last_run_duration_seconds", "How long the last run took").set(tookMs / 1_000);
  gauge("last_run_failed", "1 where the last run left something undone").set(hasFailed ? 1 : 0);
  const items = gauge("last_run_items", "Resources of the last run, by result", ["result"]);
  for (const [result, count] of Object.entries(counts)) items.set({ result }, count);
  return register;
}

/**
 * Does a run and writes how it ended to each of `paths`, also where it throws. A path that cannot be
 * written makes no run a failed one, and takes no failure's place: it is told.
 *
 * @param paths Where to.
 * @param clock Time.
 * @param run The run; it says how it ended.
 * @param tell Takes the sentence about a path that could not be written.
 * @returns What the run says.
 */
export async function withMetrics<T extends { hasFailed: boolean; counts: Partial<Counts> }>(
  paths: readonly string[],
  clock: { now(): number; monotonic(): number },
  run: () => Promise<T>,
  tell: (sentence: string) => void,
): Promise<T> {
  const startMs = clock.monotonic();
  let end: Pick<RunFacts, "hasFailed" | "counts"> = { hasFailed: true, counts: {} };
  try {
    const answer = await run();
    end = answer;
    return answer;
  } finally {
    const tookMs = clock.monotonic() - startMs;
    const facts = { endMs: clock.now(), tookMs, hasFailed: end.hasFailed, counts: end.counts };
    const text = await provisionMetrics(facts).metrics();
    for (const path of paths) {
      await writeFileAtomic(path, text).catch((error) =>
        tell(`Cannot write the metrics of this run to "${path}": ${errorText(error)}`)
      );
    }
  }
}
