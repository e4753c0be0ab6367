/**
 * How the programs of a pipeline are, by what their own ports say.
 *
 * @module
 */
import type { PartStatus } from "./pipeline_status.ts";

const DEADLINE_MS = 3_000;

/** How much of an answer is shown: these ports are anybody's who may listen. */
const SHOWN = 300;

/**
 * Asks each; who does not answer is absent.
 *
 * @param ports The port of `/readyz` and `/metrics`, by program.
 * @param now Milliseconds since the epoch.
 */
export function gatherParts(
  ports: Readonly<Record<string, number>>,
  now: () => number,
): Promise<readonly PartStatus[]> {
  return Promise.all(
    Object.entries(ports).map(async ([part, port]): Promise<PartStatus> => {
      const ready = await get(`http://127.0.0.1:${port}/readyz`);
      if (ready === undefined) return { part, port, state: "absent", says: "", up_seconds: null };
      const metrics = await get(`http://127.0.0.1:${port}/metrics`);
      const startedSeconds = metricOf(metrics?.text ?? "", "process_start_time_seconds");
      return {
        part,
        port,
        state: ready.isOk ? "ready" : "not_ready",
        says: ready.isOk ? "" : ready.text.trim().replaceAll(/\s*\n\s*/g, "; ").slice(0, SHOWN),
        up_seconds: startedSeconds === undefined
          ? null
          : Math.max(0, Math.round(now() / 1_000 - startedSeconds)),
      };
    }),
  );
}

async function get(url: string): Promise<{ isOk: boolean; text: string } | undefined> {
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    return { isOk: response.ok, text: await response.text() };
  } catch (error) {
    // Nobody is there, or somebody who does not speak HTTP, or takes too long.
    if (error instanceof TypeError || error instanceof DOMException) return undefined;
    throw error;
  }
}

/** The value of a metric without labels, in Prometheus's text format. */
export function metricOf(text: string, name: string): number | undefined {
  for (const line of text.split("\n")) {
    const [key, value, ...more] = line.split(" ");
    if (key !== name || value === undefined || value === "" || more.length > 1) continue;
    const number = Number(value);
    return Number.isFinite(number) ? number : undefined;
  }
  return undefined;
}
