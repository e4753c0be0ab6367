/**
 * Dispatch as a server: accepts connections, bounds their number, and lets them go in order.
 *
 * @module
 */
import { acceptEach } from "../core/accept_each.ts";
import { listenTcp } from "../core/listen_tcp.ts";
import { closeQuietly, endWith } from "../core/socket.ts";
import { ClientConnection } from "./client_connection.ts";
import type { ConnectionDeps } from "./connection_deps.ts";
import { SHUTDOWN } from "./cut.ts";
import { refusal, renderLocalAnswer } from "./local_answer.ts";
import type { RoutingTable } from "./routing_table.ts";

/** How the server is set. */
export interface DispatchServerOptions {
  /** The address to listen on. */
  readonly hostname: string;
  /** The port; 0 lets the kernel choose. */
  readonly port: number;
  /** Connections at the same time. */
  readonly maxConnections: number;
  /** How long answers may go on when the server stops, in milliseconds. */
  readonly drainMs: number;
  /** What each connection needs. */
  readonly connection: Omit<ConnectionDeps, "signal">;
}

/** A server that listens. */
export interface DispatchServer {
  /** The address it listens on. */
  readonly hostname: string;
  /** The port it listens on. */
  readonly port: number;
  /** Ends what is going on for users whom the table no longer sends there. */
  applyTable(table: RoutingTable): void;
  /** Stops accepting, tells every client, and resolves when the last one is gone. */
  stop(): Promise<void>;
}

/** How long a connection that was closed may take to end, in milliseconds. */
const CLOSED_MS = 1_000;

/**
 * Starts the server.
 *
 * @throws {Fault} When the address cannot be listened on.
 */
export function startDispatchServer(options: DispatchServerOptions): DispatchServer {
  const { drainMs, maxConnections } = options;
  const { metrics, log, clock } = options.connection;
  const listener = listenTcp({
    hostname: options.hostname,
    port: options.port,
    tcpBacklog: 4_096,
  });
  const stopping = new AbortController();
  const connections = new Map<ClientConnection, { conn: Deno.TcpConn; ended: Promise<void> }>();
  const refusing = new Set<Promise<void>>();
  const accepting = acceptEach(listener, take, { signal: stopping.signal, clock, log });
  const { hostname, port } = listener.addr;
  let stopped: Promise<void> | undefined;
  return {
    hostname,
    port,
    applyTable(table) {
      for (const connection of connections.keys()) connection.cutIfMoved(table);
    },
    stop: () => stopped ??= stop(),
  };

  function take(conn: Deno.TcpConn): void {
    if (connections.size >= maxConnections) refuse(conn);
    else serve(conn);
  }

  function refuse(conn: Deno.TcpConn): void {
    const answer = refusal("too_many_connections");
    metrics.answered.inc({ reason: answer.reason });
    const bytes = renderLocalAnswer(answer, { isHead: false, isLast: true });
    const ended = endWith(conn, bytes, 1_000).finally(() => refusing.delete(ended));
    refusing.add(ended);
  }

  function serve(conn: Deno.TcpConn): void {
    const connection = new ClientConnection(conn, {
      ...options.connection,
      signal: stopping.signal,
    });
    metrics.openConnections.inc();
    const ended = connection.run().catch((error) => {
      log.error("connection failed unexpectedly", { error });
    }).finally(() => {
      connections.delete(connection);
      metrics.openConnections.dec();
    });
    connections.set(connection, { conn, ended });
  }

  async function stop(): Promise<void> {
    stopping.abort();
    listener.close();
    await accepting;
    for (const connection of connections.keys()) {
      connection.closeIfWaiting();
      connection.cut(SHUTDOWN);
    }
    const late = Promise.withResolvers<void>();
    let timer = setTimeout(() => {
      for (const { conn } of connections.values()) closeQuietly(conn);
      // A sign-in that waits for t3 does not notice that its connection is closed.
      timer = setTimeout(late.resolve, CLOSED_MS);
    }, drainMs);
    const ended = [...connections.values()].map(({ ended }) => ended);
    await Promise.race([Promise.all([...ended, ...refusing]), late.promise]);
    clearTimeout(timer);
    options.connection.pool.close();
  }
}
