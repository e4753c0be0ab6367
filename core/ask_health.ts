/**
 * Asks another program of the pipeline how it is, by its health port: `/readyz` and `/metrics`.
 *
 * @module
 */

/** What a program says of itself. */
export interface AskedHealth {
  /** Whether it works; `absent` where nobody answers. */
  readonly state: "ready" | "not_ready" | "absent";
  /** What it says is wrong. */
  readonly says: string;
  /** When it was started, in milliseconds since the epoch, where it tells. */
  readonly startedMs: number | undefined;
  /** Its metrics, in Prometheus's text format. */
  readonly metrics: string;
}

const DEADLINE_MS = 3_000;

/** How much of an answer is kept: such a port is anybody's who may listen. */
const MOST_SAID = 300;
const MOST_BYTES = 1_000_000;

/**
 * Asks it.
 *
 * @param base The health port's address, such as `http://127.0.0.1:9225`.
 * @param signal Gives up: then it is as if nobody answered.
 * @throws {Deno.errors.NotCapable} When the program's permissions do not cover the address.
 */
export async function askHealth(base: string, signal?: AbortSignal): Promise<AskedHealth> {
  const ready = await get(new URL("/readyz", base), signal);
  if (ready === undefined) return { state: "absent", says: "", startedMs: undefined, metrics: "" };
  const { text: metrics } = await get(new URL("/metrics", base), signal) ?? { text: "" };
  const startedSeconds = metricOf(metrics, "process_start_time_seconds");
  return {
    state: ready.isOk ? "ready" : "not_ready",
    says: ready.isOk ? "" : ready.text.trim().replaceAll(/\s*\n\s*/g, "; ").slice(0, MOST_SAID),
    startedMs: startedSeconds === undefined ? undefined : startedSeconds * 1_000,
    metrics,
  };
}

async function get(
  url: URL,
  signal: AbortSignal | undefined,
): Promise<{ isOk: boolean; text: string } | undefined> {
  const late = AbortSignal.timeout(DEADLINE_MS);
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    });
    return { isOk: response.ok, text: await textOf(response) };
  } catch (error) {
    // Nobody is there, or somebody who does not speak HTTP, or takes too long.
    if (error instanceof TypeError || error instanceof DOMException) return undefined;
    throw error;
  }
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MOST_BYTES) break;
  }
  return text;
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
