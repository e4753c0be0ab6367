/**
 * A WebSocket between a browser and an instance: bytes in both directions, and a line in the log
 * at its beginning and its end.
 *
 * @module
 */
import type { ByteSource } from "../core/byte_source.ts";
import type { Clock } from "../core/clock.ts";
import { CLOSE_CODE } from "../core/frame_writer.ts";
import type { Logger } from "../core/log.ts";
import { closeQuietly, writeAll } from "../core/socket.ts";
import { type EndReason, Tunnel, type TunnelStats } from "../core/tunnel.ts";
import type { Cut } from "./cut.ts";
import type { DispatchMetrics } from "./dispatch_metrics.ts";
import type { InstanceConnection } from "./instance_pool.ts";

/** One WebSocket. */
export interface WebSocketSession {
  /** The client's socket. */
  readonly client: Deno.TcpConn;
  /** What the client sent already. */
  readonly source: ByteSource;
  /** The instance's connection, after its 101. */
  readonly upstream: InstanceConnection;
  /** The head of the 101. */
  readonly answer: Uint8Array;
  /** Whose instance. */
  readonly user: string;
  /** How long a client may take to leave, in milliseconds. */
  readonly lingerMs: number;
  /** The figures. */
  readonly metrics: DispatchMetrics;
  /** The time. */
  readonly clock: Clock;
  /** The log. */
  readonly log: Logger;
  /** Given the way to end it. */
  readonly onOpen: (close: (cut: Cut) => void) => void;
}

/** Runs a WebSocket until it has ended; both sockets are closed then. */
export async function runWebSocket(session: WebSocketSession): Promise<void> {
  const { client, source, upstream, answer, user, metrics, clock, log, onOpen } = session;
  const startedMs = clock.monotonic();
  try {
    await writeAll(client, answer);
  } catch (error) {
    // The client left during the handshake.
    closeQuietly(upstream.conn);
    throw error;
  }
  const tunnel = new Tunnel({
    client,
    server: upstream.conn,
    early: source.takePending(),
    greeting: upstream.source.takePending(),
    // An instance that stops drops its connections without a word; the client reconnects.
    serverEnd: {
      end: "instance_vanished",
      code: CLOSE_CODE.restart,
      text: "The workspace ended the connection: connect again",
    },
    isPingable: false,
    lingerMs: session.lingerMs,
  });
  metrics.openWebSockets.inc();
  log.info("ws open", { user });
  try {
    const running = tunnel.run();
    onOpen((cut) => tunnel.close(cut));
    const end = await running;
    const { stats } = tunnel;
    const { side, cause, code } = endOf(end, stats);
    metrics.webSocketEnds.inc({ cause });
    metrics.bytes.inc({ direction: "up" }, stats.upBytes);
    metrics.bytes.inc({ direction: "down" }, stats.downBytes);
    log.info("ws close", {
      user,
      dur_ms: Math.round(clock.monotonic() - startedMs),
      side,
      cause,
      code,
      upBytes: stats.upBytes,
      downBytes: stats.downBytes,
      upMessages: stats.up.messages,
      downMessages: stats.down.messages,
    });
  } finally {
    metrics.openWebSockets.dec();
  }
}

/** Which side ended it and how; a Close frame is an end, a connection that only breaks is not. */
function endOf(end: EndReason, { closedFirst, up, down }: TunnelStats) {
  if (end === "user_removed" || end === "shutdown") return { side: "dispatch", cause: end };
  if (closedFirst === "client") {
    return { side: "client", cause: "client_closed", code: up.closeCode };
  }
  if (closedFirst === "server") {
    return { side: "instance", cause: "instance_closed", code: down.closeCode };
  }
  if (end === "instance_vanished") return { side: "instance", cause: end };
  return { side: "client", cause: "client_vanished" };
}
