/**
 * A client's request for a WebSocket: which socket it means, the handshake, and the tunnel.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { BridgeMetrics } from "./bridge_metrics.ts";
import type { BrowserLookup } from "./browser_lookup.ts";
import { clientKindOf, isPingable } from "./client_kind.ts";
import { CLOSE_CODE } from "../core/frame_writer.ts";
import type { Verdict } from "./gate.ts";
import { readAnswer } from "./http_answer.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { headerValue, type RequestHead } from "../core/request_head.ts";
import { closeQuietly, writeAll } from "../core/socket.ts";
import type { TrafficMeter } from "./traffic_meter.ts";
import { type ClientFilter, Tunnel } from "../core/tunnel.ts";
import type { Upstream, UpstreamAnswer } from "./upstream.ts";
import { renderUpstreamRequest } from "./upstream_request.ts";

/** What a socket needs. */
export interface SocketDeps {
  /** The way to the browser. */
  readonly upstream: Upstream;
  /** Asks the browser about itself. */
  readonly lookup: BrowserLookup;
  /** What the bridge names in `Host` upstream. */
  readonly upstreamAuthority: string;
  /** Whether clients may negotiate compression. */
  readonly isCompressionAllowed: boolean;
  /** How long a client may take to leave, in milliseconds. */
  readonly lingerMs: number;
  /** Makes the filter of a new socket; none: nothing is looked at. */
  readonly createFilter?: ((log: Logger) => ClientFilter) | undefined;
  /** The figures. */
  readonly metrics: BridgeMetrics;
  /** Counts what flows. */
  readonly traffic: TrafficMeter;
  /** The time. */
  readonly clock: Clock;
  /** The log. */
  readonly log: Logger;
  /** Aborted when the bridge stops. */
  readonly signal: AbortSignal;
  /** Told of each tunnel while it runs. */
  readonly tunnels: Set<Tunnel>;
}

/** One client's request for a socket. */
export interface SocketRequest {
  /** The client's connection. */
  readonly client: Deno.TcpConn;
  /** What it sent after its head. */
  readonly early: Uint8Array;
  /** Its address. */
  readonly peer: string;
  /** Its head. */
  readonly head: RequestHead;
  /** The gate's answer. */
  readonly verdict: Extract<Verdict, { kind: "passed" }>;
}

/**
 * Serves a socket until it has ended.
 *
 * @returns A refusal to send, where there is no socket.
 */
export async function serveSocket(
  deps: SocketDeps,
  request: SocketRequest,
): Promise<Refusal | undefined> {
  const { upstream, upstreamAuthority, isCompressionAllowed, signal } = deps;
  const target = await socketTarget(deps, request);
  if (target === undefined) return refuse("browser_unreachable");
  const head = renderUpstreamRequest({
    head: request.head,
    target,
    authority: upstreamAuthority,
    isUpgrade: true,
    isCompressionAllowed,
  });
  const answer = await upstream.ask([head], signal);
  if (answer.kind === "refused") return answer.refusal;
  if (answer.head.status !== 101) return await refusedUpgrade(deps, request, answer);
  await runTunnel(deps, request, answer);
}

/** The path to ask upstream: without a query, which Chromium would take for a part of an id. */
async function socketTarget(
  { lookup, signal }: SocketDeps,
  { verdict: { route, target } }: SocketRequest,
): Promise<string | undefined> {
  if (route.kind === "target_socket") return route.path;
  if (route.kind !== "browser_socket") return target;
  return route.id === undefined ? (await lookup.current(signal))?.socketPath : route.path;
}

async function refusedUpgrade(
  { lookup, signal }: SocketDeps,
  { verdict: { route, client } }: SocketRequest,
  answer: UpstreamAnswer,
): Promise<Refusal> {
  const exchange = await readAnswer(answer);
  if (route.kind === "browser_socket" && answer.head.status === 404) {
    const current = (await lookup.current(signal))?.socketPath;
    if (current !== undefined && current !== route.path) {
      const base = `${client.isSecure ? "wss" : "ws"}://${client.authority}`;
      return refuse(
        "stale_browser_id",
        `connect to ${base}${current}, or to ${base}/devtools/browser, which is always current`,
      );
    }
  }
  const said = new TextDecoder().decode(exchange?.body ?? new Uint8Array()).trim();
  const { status, reason } = answer.head;
  // Chromium answers 500 for a page that is gone, and anything below 400 is no refusal.
  return refuse("upgrade_refused", said.slice(0, 300) || reason, status < 400 ? 502 : status);
}

async function runTunnel(
  deps: SocketDeps,
  { client, early, peer, head, verdict: { route } }: SocketRequest,
  answer: UpstreamAnswer,
): Promise<void> {
  const { metrics, tunnels, lingerMs, traffic, createFilter, clock, signal } = deps;
  const kind = clientKindOf(headerValue(head.fields, "user-agent"));
  const log = deps.log.with({ peer, client: kind });
  const startedMs = clock.monotonic();
  try {
    await writeAll(client, answer.headBytes);
  } catch (error) {
    // The client left during the handshake.
    closeQuietly(answer.conn);
    throw error;
  }
  const filter = createFilter?.(log);
  const tunnel = new Tunnel({
    client,
    server: answer.conn,
    early,
    greeting: answer.source.takePending(),
    // Chromium ends no connection by itself.
    serverEnd: route.kind === "browser_socket"
      ? {
        end: "browser_ended",
        code: CLOSE_CODE.restart,
        text: "The browser ended: connect again",
      }
      : {
        end: "browser_ended",
        code: CLOSE_CODE.goingAway,
        text: "The page or the browser ended",
      },
    filter,
    isPingable: isPingable(kind),
    lingerMs,
  });
  tunnels.add(tunnel);
  metrics.sockets.inc({ client: kind });
  metrics.openSockets.inc({ client: kind });
  try {
    const running = tunnel.run();
    if (signal.aborted) tunnel.close(SHUTDOWN);
    const end = await running;
    const { up, down, upBytes, downBytes } = tunnel.stats;
    metrics.ends.inc({ reason: end });
    log.info("socket ended", {
      end,
      route: route.kind,
      durationMs: Math.round(clock.monotonic() - startedMs),
      upBytes,
      downBytes,
      upMessages: up.messages,
      downMessages: down.messages,
      largestUpBytes: up.largestMessageBytes,
      largestDownBytes: down.largestMessageBytes,
    });
  } finally {
    tunnels.delete(tunnel);
    traffic.note(tunnel);
    metrics.openSockets.dec({ client: kind });
  }
  await filter?.onEnd?.();
}

/** How tunnels end when the bridge stops. */
export const SHUTDOWN = {
  end: "shutdown",
  code: CLOSE_CODE.goingAway,
  text: "The bridge is shutting down: connect again",
} as const;
