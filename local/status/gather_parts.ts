/**
 * How the programs of a pipeline are, by what their own ports say.
 *
 * @module
 */
import { askHealth } from "../../core/ask_health.ts";
import type { PartStatus } from "./pipeline_status.ts";

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
      const { state, says, startedMs } = await askHealth(`http://127.0.0.1:${port}`);
      return {
        ...{ part, port, state, says },
        up_seconds: startedMs === undefined
          ? null
          : Math.max(0, Math.round((now() - startedMs) / 1_000)),
      };
    }),
  );
}
