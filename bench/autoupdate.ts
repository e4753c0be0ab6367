/**
 * What an update costs a user: how long their server is away beside a plain restart of it, and how
 * long there is no program to start beside npm's own update in place.
 *
 * @module
 */
import { loadAverage, measureAway } from "./autoupdate/away.ts";
import { measureNoProgram } from "./autoupdate/no_program.ts";
import type { BenchReport } from "./report.ts";

/** Measures. Needs root, and some minutes. */
export async function measure(): Promise<BenchReport> {
  const loads = [await loadAverage()];
  const noProgram = await measureNoProgram();
  const away = await measureAway();
  loads.push(await loadAverage());
  const more = away.map(({ name, restart, update }) => {
    const ms = Math.round((update["p50"] ?? NaN) - (restart["p50"] ?? NaN));
    return `${name}: an update keeps the server away ${ms} ms longer than a restart`;
  });
  return {
    name: "autoupdate",
    unit: "ms",
    cases: {
      ...Object.fromEntries(
        away.flatMap(({ name, restart, update }) => [
          [`server away: systemctl restart, ${name}`, restart],
          [`server away: an update, ${name}`, update],
        ]),
      ),
      ...noProgram,
    },
    ratios: Object.fromEntries(
      away.map(({ name, restart, update }) => [
        `update/restart, ${name}`,
        (update["p50"] ?? NaN) / (restart["p50"] ?? NaN),
      ]),
    ),
    notes: [
      ...more,
      "The aim is 1000 ms at most",
      `Load of the machine, before and after: ${loads.join(", ")}`,
    ],
  };
}
