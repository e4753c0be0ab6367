/**
 * The bridge as a server: accepts connections, bounds their number, and lets them go in order.
 *
 * @module
 */
import { acceptEach } from "../core/accept_each.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import { listenTcp } from "../core/listen_tcp.ts";
import type { BridgeMetrics } from "./bridge_metrics.ts";
import { ClientSession, type SessionDeps } from "./client_session.ts";
import { refuse, renderRefusal } from "./refusal.ts";
import { closeQuietly, endWith } from "../core/socket.ts";
import { SHUTDOWN } from "./socket_session.ts";
import { TrafficMeter } from "./traffic_meter.ts";
import type { Tunnel } from "../core/tunnel.ts";

/** How the server is set. */
export interface BridgeServerOptions {
  /** The address to listen on. */
  readonly hostname: string;
  /** The port; 0 lets the kernel choose. */
  readonly port: number;
  /** Connections at the same time. */
  readonly maxConnections: number;
  /** Connections at the same time from one address. */
  readonly maxConnectionsPerPeer: number;
  /** How long a client may leave bytes unread, in milliseconds. */
  readonly stallMs: number;
  /** The silence after which a client is pinged, in milliseconds; 0: never. */
  readonly pingMs: number;
  /** How long clients may take to leave when the server stops, in milliseconds. */
  readonly drainMs: number;
  /** What each session needs. */
  readonly session: Omit<SessionDeps, "signal" | "tunnels" | "traffic">;
  /** The figures. */
  readonly metrics: BridgeMetrics;
  /** The time. */
  readonly clock: Clock;
  /** The log. */
  readonly log: Logger;
}

/** A server that listens. */
export interface BridgeServer {
  /** The address it listens on. */
  readonly hostname: string;
  /** The port it listens on. */
  readonly port: number;
  /** Stops accepting, tells every client, and resolves when the last one is gone. */
  stop(): Promise<void>;
}

/** How often tunnels are looked after, in milliseconds. */
const TICK_MS = 250;

/**
 * Starts the server.
 *
 * @throws {Fault} When the address cannot be listened on.
 */
export function startBridgeServer(options: BridgeServerOptions): BridgeServer {
  const { metrics, log, drainMs } = options;
  const listener = listenTcp({ hostname: options.hostname, port: options.port });
  const stopping = new AbortController();
  const tunnels = new Set<Tunnel>();
  const connections = new Map<Deno.TcpConn, Promise<void>>();
  const sessions = new Set<ClientSession>();
  const traffic = new TrafficMeter(metrics);
  const perPeer = new Map<string, number>();
  const ticker = setInterval(() => {
    const limits = {
      stallTicks: Math.ceil(options.stallMs / TICK_MS),
      pingTicks: Math.ceil(options.pingMs / TICK_MS),
    };
    for (const tunnel of tunnels) {
      tunnel.tick(limits);
      traffic.note(tunnel);
    }
  }, TICK_MS);
  const accepting = acceptEach(listener, take, {
    signal: stopping.signal,
    clock: options.clock,
    log,
  });
  const { hostname, port } = listener.addr;
  let stopped: Promise<void> | undefined;
  return { hostname, port, stop: () => stopped ??= stop() };

  function take(conn: Deno.TcpConn): void {
    const served = serve(conn).catch((error) => {
      log.error("connection failed unexpectedly", { error });
    }).finally(() => connections.delete(conn));
    connections.set(conn, served);
  }

  async function serve(conn: Deno.TcpConn): Promise<void> {
    const peer = conn.remoteAddr.hostname;
    const ofPeer = (perPeer.get(peer) ?? 0) + 1;
    const reason = connections.size >= options.maxConnections
      ? "too_many_connections"
      : ofPeer > options.maxConnectionsPerPeer
      ? "too_many_connections_from_peer"
      : undefined;
    if (reason !== undefined) {
      metrics.refusals.inc({ reason });
      log.warn("refused", { reason, peer });
      return await endWith(conn, renderRefusal(refuse(reason)), 1_000);
    }
    perPeer.set(peer, ofPeer);
    metrics.openConnections.inc();
    const session = new ClientSession(conn, {
      ...options.session,
      signal: stopping.signal,
      tunnels,
      traffic,
    });
    sessions.add(session);
    try {
      await session.run();
    } finally {
      sessions.delete(session);
      metrics.openConnections.dec();
      const left = (perPeer.get(peer) ?? 1) - 1;
      if (left === 0) perPeer.delete(peer);
      else perPeer.set(peer, left);
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    listener.close();
    await accepting;
    for (const session of sessions) session.closeIfWaiting();
    for (const tunnel of tunnels) tunnel.close(SHUTDOWN);
    const timer = setTimeout(() => {
      for (const conn of connections.keys()) closeQuietly(conn);
    }, drainMs);
    await Promise.all(connections.values());
    clearTimeout(timer);
    clearInterval(ticker);
  }
}
