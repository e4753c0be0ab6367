/**
 * The figures of dispatch.
 *
 * @module
 */
import { Counter, Gauge, Histogram } from "prom-client";
import type { Metrics } from "../core/metrics.ts";

/** The figures. */
export interface DispatchMetrics {
  /** Answers of instances that were passed on, by kind of request and class of status. */
  readonly proxied: Counter<"kind" | "status">;
  /** Answers dispatch gave itself, by reason. */
  readonly answered: Counter<"reason">;
  /** Pairings, by endpoint and what came of them. */
  readonly pairings: Counter<"endpoint" | "outcome">;
  /** Seconds from the decision to pair to the session. */
  readonly pairingSeconds: Histogram;
  /** Page requests let through without knowing whether their session is alive. */
  readonly doubts: Counter;
  /** Open connections of clients. */
  readonly openConnections: Gauge;
  /** Open WebSockets. */
  readonly openWebSockets: Gauge;
  /** WebSockets that ended, by why. */
  readonly webSocketEnds: Counter<"cause">;
  /** Bytes passed on, by direction. */
  readonly bytes: Counter<"direction">;
  /** Users in the table. */
  readonly users: Gauge;
  /** Tables that were not taken. */
  readonly tableFaults: Counter;
  /** Instances that did not answer when they were last asked. */
  readonly deadInstances: Gauge;
}

/** Makes the figures. */
export function createDispatchMetrics(
  registry: Metrics,
  deadCount: () => number,
): DispatchMetrics {
  const registers = [registry];
  const name = (rest: string) => `hearth_dispatch_${rest}`;
  return {
    proxied: new Counter({
      name: name("proxied_total"),
      help: "Answers of instances that were passed on",
      labelNames: ["kind", "status"],
      registers,
    }),
    answered: new Counter({
      name: name("answered_total"),
      help: "Answers dispatch gave itself",
      labelNames: ["reason"],
      registers,
    }),
    pairings: new Counter({
      name: name("pairings_total"),
      help: "Pairings, by the endpoint that took the credential and what came of them",
      labelNames: ["endpoint", "outcome"],
      registers,
    }),
    pairingSeconds: new Histogram({
      name: name("pairing_seconds"),
      help: "From the decision to pair to a session that lives",
      buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 16],
      registers,
    }),
    doubts: new Counter({
      name: name("doubts_total"),
      help: "Page requests let through without knowing whether their session is alive",
      registers,
    }),
    openConnections: new Gauge({
      name: name("open_connections"),
      help: "Open connections of clients",
      registers,
    }),
    openWebSockets: new Gauge({
      name: name("open_web_sockets"),
      help: "Open WebSockets",
      registers,
    }),
    webSocketEnds: new Counter({
      name: name("web_socket_ends_total"),
      help: "WebSockets that ended, by why",
      labelNames: ["cause"],
      registers,
    }),
    bytes: new Counter({
      name: name("bytes_total"),
      help: "Bytes of bodies and WebSockets, to instances (up) and to clients (down)",
      labelNames: ["direction"],
      registers,
    }),
    users: new Gauge({ name: name("users"), help: "Users in the table", registers }),
    tableFaults: new Counter({
      name: name("table_faults_total"),
      help: "Tables that were not taken, the former one being kept",
      registers,
    }),
    deadInstances: new Gauge({
      name: name("dead_instances"),
      help: "Instances that did not answer when they were last asked",
      registers,
      collect() {
        this.set(deadCount());
      },
    }),
  };
}
