/**
 * How the programs before the snapshot are, asked of their health ports: what lies on disk does not
 * tell whether the browser lives.
 *
 * @module
 */
import { askHealth, metricOf } from "../../core/ask_health.ts";
import type { Clock } from "../../core/clock.ts";
import { requireAddresses } from "../../core/net_permission.ts";

/** The programs that can be asked. */
export type PartName = "browser" | "harvester";

/** One of them. */
export interface PartFacts {
  /** Which. */
  readonly name: PartName;
  /** Whether it works; `absent` where nobody answers. */
  readonly state: "ready" | "not_ready" | "absent";
  /** What it says is wrong. */
  readonly says: string;
  /** Since when it is so, in milliseconds since the epoch, as far as was looked. */
  readonly sinceMs: number;
  /** When it was started. */
  readonly startedMs?: number;
  /** When it last saw that the snapshot is what the browser has; the harvester's alone. */
  readonly currentMs?: number;
}

/** Looks at the parts. */
export interface PartWatch {
  /**
   * Asks those whose address is known.
   *
   * @param maxAgeMs An answer that is not older does, in milliseconds.
   */
  look(maxAgeMs: number): Promise<readonly PartFacts[]>;
}

/** Where they are. */
export interface PartWatchOptions {
  /** Health ports; a part without one is not known. */
  urls: Readonly<Record<PartName, URL | undefined>>;
  /** Time. */
  clock: Clock;
  /** Aborted when the server stops. */
  signal: AbortSignal;
}

/**
 * Makes a watch that has asked nobody yet.
 *
 * @throws {Fault} When the program's permissions do not cover an address.
 */
export function createPartWatch({ urls, clock, signal }: PartWatchOptions): PartWatch {
  const asked = (["browser", "harvester"] as const).flatMap((name) => {
    const url = urls[name];
    return url === undefined ? [] : [{ name, url }];
  });
  requireAddresses(asked.map(({ name, url: { hostname, port, protocol } }) => ({
    variables: `STATUS_${name.toUpperCase()}_HEALTH_URL`,
    hostname,
    port: Number(port) || (protocol === "https:" ? 443 : 80),
  })));
  let last: { askedMs: number; found: Promise<readonly PartFacts[]> } | undefined;
  const known = new Map<PartName, PartFacts>();

  async function ask({ name, url }: typeof asked[number]): Promise<PartFacts> {
    const { state, says, startedMs, metrics } = await askHealth(url.href, signal);
    const before = known.get(name);
    const currentSeconds = metricOf(metrics, "hearth_harvester_current_timestamp_seconds");
    const facts: PartFacts = {
      ...{ name, state, says },
      sinceMs: before?.state === state ? before.sinceMs : clock.now(),
      ...(startedMs === undefined ? {} : { startedMs }),
      ...(currentSeconds === undefined ? {} : { currentMs: currentSeconds * 1_000 }),
    };
    known.set(name, facts);
    return facts;
  }

  return {
    look(maxAgeMs) {
      const nowMs = clock.monotonic();
      if (last === undefined || nowMs - last.askedMs >= maxAgeMs) {
        last = { askedMs: nowMs, found: Promise.all(asked.map(ask)) };
      }
      return last.found;
    },
  };
}
