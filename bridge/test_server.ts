/**
 * The bridge's server inside a test's own process, where a socket that leaks fails the test.
 *
 * @module
 */
import { type Clock, systemClock } from "../core/clock.ts";
import { createLogger } from "../core/log.ts";
import { createMetrics, type Metrics } from "../core/metrics.ts";
import { createBridgeMetrics } from "./bridge_metrics.ts";
import { BrowserLookup } from "./browser_lookup.ts";
import { type BridgeServer, type BridgeServerOptions, startBridgeServer } from "./bridge_server.ts";
import type { SessionDeps } from "./client_session.ts";
import { Upstream, type UpstreamOptions } from "./upstream.ts";
import { upstreamAuthority } from "./upstream_request.ts";

/** What a test sets; the rest is ordinary. */
export interface TestServerOptions {
  /** The browser's port. */
  targetPort: number;
  /** Server settings. */
  server?: Partial<BridgeServerOptions>;
  /** Session settings. */
  session?: Partial<SessionDeps>;
  /** Settings of the way to the browser. */
  upstream?: Partial<UpstreamOptions>;
}

/** A server that listens. */
export interface TestServer extends AsyncDisposable {
  /** Its port. */
  readonly port: number;
  /** The server. */
  readonly server: BridgeServer;
  /** Its figures. */
  readonly registry: Metrics;
  /** Its log, parsed. */
  readonly records: readonly Record<string, unknown>[];
}

/** Starts the server on a free port of loopback. */
export function startTestServer(options: TestServerOptions): TestServer {
  const registry = createMetrics({ hasRuntime: false });
  const metrics = createBridgeMetrics(registry);
  const records: Record<string, unknown>[] = [];
  const clock: Clock = systemClock;
  const log = createLogger({
    component: "bridge",
    level: "debug",
    write: (line) => records.push(JSON.parse(line)),
  });
  const authority = upstreamAuthority("127.0.0.1", options.targetPort);
  const upstream = new Upstream({
    hostname: "127.0.0.1",
    port: options.targetPort,
    browserWaitMs: 0,
    answerMs: 10_000,
    clock,
    ...options.upstream,
  });
  const server = startBridgeServer({
    hostname: "127.0.0.1",
    port: 0,
    maxConnections: 1_024,
    maxConnectionsPerPeer: 1_024,
    stallMs: 5_000,
    pingMs: 0,
    drainMs: 2_000,
    metrics,
    clock,
    log,
    ...options.server,
    session: {
      rules: { allowedHosts: [], allowedOrigins: [], trustedProxies: [] },
      upstream,
      lookup: new BrowserLookup(upstream, authority),
      upstreamAuthority: authority,
      isCompressionAllowed: false,
      headTimeoutMs: 10_000,
      idleTimeoutMs: 10_000,
      lingerMs: 1_000,
      metrics,
      clock,
      log,
      ...options.session,
    },
  });
  return {
    port: server.port,
    server,
    registry,
    records,
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** Sends bytes to a port, and reads until the other side ends. */
export async function exchange(port: number, request: Uint8Array | string): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const bytes = typeof request === "string" ? new TextEncoder().encode(request) : request;
  const chunks: Uint8Array[] = [];
  const sending = (async () => {
    try {
      for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
    } catch {
      // It was refused before it had read all.
    }
  })();
  const buffer = new Uint8Array(65_536);
  try {
    for (let count; (count = await conn.read(buffer)) !== null;) {
      chunks.push(buffer.slice(0, count));
    }
  } catch {
    // Reset after the answer, since it did not read all.
  }
  await sending;
  const decoder = new TextDecoder();
  return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
}
