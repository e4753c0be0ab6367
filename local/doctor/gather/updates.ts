/**
 * Whether t3 is updated and when the provisioner ran, from what both leave behind.
 *
 * @module
 */
import { look, readText } from "./read_text.ts";

const FREEZE = "/etc/t3-autoupdate.freeze";
const METRICS = "/var/lib/t3-provision/metrics.prom";

/** What is known of both. */
export interface Updates {
  /** Why t3 is not updated. */
  readonly frozen: string | undefined;
  /** When the provisioner ran last, in milliseconds since the epoch. */
  readonly provisionedMs: number | undefined;
}

/** Reads it. */
export async function gatherUpdates(): Promise<Updates> {
  const isFrozen = await look(FREEZE) !== undefined;
  return {
    frozen: isFrozen ? freezeReason(await readText(FREEZE) ?? "") : undefined,
    provisionedMs: lastRunMs(await readText(METRICS) ?? ""),
  };
}

/** Why the brake was put on: as the updater wrote it, or the first line that a person did. */
export function freezeReason(text: string): string {
  const said = (writtenReason(text) ?? text).split("\n").map((line) => line.trim())
    .find((line) => line !== "");
  return `"${FREEZE}" is there${said === undefined ? "" : ` (${said.slice(0, 200)})`}`;
}

function writtenReason(text: string): string | undefined {
  try {
    const { reason } = JSON.parse(text) ?? {};
    return typeof reason === "string" ? reason : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** When the last run ended, from the provisioner's metrics. */
export function lastRunMs(metrics: string): number | undefined {
  const [, seconds] =
    /^hearth_provision_last_run_timestamp_seconds (\d+(?:\.\d+)?)$/m.exec(metrics) ?? [];
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1_000);
}
