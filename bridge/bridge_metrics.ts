/**
 * The bridge's figures.
 *
 * @module
 */
import { Counter, Gauge, Histogram } from "prom-client";
import type { Metrics } from "../core/metrics.ts";

/** Every figure the bridge keeps. */
export interface BridgeMetrics {
  /** Open sockets of clients, by kind of client. */
  readonly openSockets: Gauge<"client">;
  /** Sockets that were opened, by kind of client. */
  readonly sockets: Counter<"client">;
  /** Sockets that ended, by why. */
  readonly ends: Counter<"reason">;
  /** Open TCP connections of clients. */
  readonly openConnections: Gauge;
  /** Requests answered, by route and status. */
  readonly requests: Counter<"route" | "status">;
  /** Refusals, by reason. */
  readonly refusals: Counter<"reason">;
  /** What the guard kept from the browser, by method. */
  readonly guardHits: Counter<"method">;
  /** Bytes moved, `up` to the browser or `down` to clients. */
  readonly bytes: Counter<"direction">;
  /** Frames moved. */
  readonly frames: Counter<"direction">;
  /** The largest message seen. */
  readonly largestMessage: Gauge<"direction">;
  /** Round trips of the bridge's own probe. */
  readonly probeSeconds: Histogram;
}

/** Registers the figures. */
export function createBridgeMetrics(registry: Metrics): BridgeMetrics {
  const registers = [registry];
  const name = (rest: string) => `hearth_bridge_${rest}`;
  return {
    openSockets: new Gauge({
      name: name("open_sockets"),
      help: "Client sockets open now",
      labelNames: ["client"],
      registers,
    }),
    sockets: new Counter({
      name: name("sockets_total"),
      help: "Client sockets opened",
      labelNames: ["client"],
      registers,
    }),
    ends: new Counter({
      name: name("socket_ends_total"),
      help: "Client sockets ended, by reason",
      labelNames: ["reason"],
      registers,
    }),
    openConnections: new Gauge({
      name: name("open_connections"),
      help: "Client connections open now, sockets included",
      registers,
    }),
    requests: new Counter({
      name: name("requests_total"),
      help: "HTTP requests passed to the browser, by route and status",
      labelNames: ["route", "status"],
      registers,
    }),
    refusals: new Counter({
      name: name("refusals_total"),
      help: "Requests refused, by reason",
      labelNames: ["reason"],
      registers,
    }),
    guardHits: new Counter({
      name: name("guard_hits_total"),
      help: "Messages kept from the browser, by method",
      labelNames: ["method"],
      registers,
    }),
    bytes: new Counter({
      name: name("socket_bytes_total"),
      help: "Bytes moved, up to the browser or down to clients",
      labelNames: ["direction"],
      registers,
    }),
    frames: new Counter({
      name: name("socket_frames_total"),
      help: "Frames moved, up to the browser or down to clients",
      labelNames: ["direction"],
      registers,
    }),
    largestMessage: new Gauge({
      name: name("largest_message_bytes"),
      help: "Largest message seen",
      labelNames: ["direction"],
      registers,
    }),
    probeSeconds: new Histogram({
      name: name("probe_seconds"),
      help: "Round trip of the bridge's own Browser.getVersion",
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
  };
}
