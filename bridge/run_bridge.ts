/**
 * The bridge program from its configuration: the server, its health and figures, and its end.
 *
 * @module
 */
import { startAdminServer } from "../core/admin_server.ts";
import { systemClock } from "../core/clock.ts";
import { createHealth } from "../core/health.ts";
import type { Logger } from "../core/log.ts";
import { createMetrics } from "../core/metrics.ts";
import { readTokenFile } from "../core/token_file.ts";
import { parseAddressRange } from "../core/address_range.ts";
import { createBridgeMetrics } from "./bridge_metrics.ts";
import { BrowserLookup } from "./browser_lookup.ts";
import { startBridgeServer } from "./bridge_server.ts";
import { ClientGuard } from "./client_guard.ts";
import type { BridgeConfig } from "./config.ts";
import { runSelfProbe } from "./self_probe.ts";
import { closeLeftovers } from "./leftovers.ts";
import { parseRefusedMethod } from "./method_rules.ts";
import { requireAddresses } from "../core/net_permission.ts";
import { plainMessagesFor } from "./plain_messages.ts";
import { TargetLedger } from "./target_ledger.ts";
import type { ClientFilter } from "../core/tunnel.ts";
import { Upstream } from "./upstream.ts";
import { upstreamAuthority } from "./upstream_request.ts";

/** What the program runs with. */
export interface RunBridgeOptions {
  /** Its configuration. */
  readonly config: BridgeConfig;
  /** Its log. */
  readonly log: Logger;
  /** Aborted when it should stop. */
  readonly signal: AbortSignal;
}

/**
 * Runs the bridge until it is told to stop.
 *
 * @throws {Fault} When a port is taken, not allowed, or the token cannot be read.
 */
export async function runBridge({ config, log, signal }: RunBridgeOptions): Promise<void> {
  const { BRIDGE_TARGET_ADDR: hostname, BRIDGE_TARGET_PORT: port } = config;
  const authority = upstreamAuthority(hostname, port);
  requireAddresses([
    {
      variables: "BRIDGE_LISTEN_ADDR, BRIDGE_LISTEN_PORT",
      hostname: config.BRIDGE_LISTEN_ADDR,
      port: config.BRIDGE_LISTEN_PORT,
    },
    { variables: "BRIDGE_TARGET_ADDR, BRIDGE_TARGET_PORT", hostname, port },
    {
      variables: "BRIDGE_ADMIN_ADDR, BRIDGE_ADMIN_PORT",
      hostname: config.BRIDGE_ADMIN_ADDR,
      port: config.BRIDGE_ADMIN_PORT,
    },
  ]);
  const registry = createMetrics();
  const metrics = createBridgeMetrics(registry);
  const health = createHealth();
  const clock = systemClock;
  const token = config.BRIDGE_TOKEN_FILE === undefined
    ? undefined
    : await readTokenFile(config.BRIDGE_TOKEN_FILE, "BRIDGE_TOKEN_FILE");
  health.raise("browser", "error", "not asked yet");
  const upstream = new Upstream({
    hostname,
    port,
    browserWaitMs: config.BRIDGE_BROWSER_WAIT_MS,
    answerMs: 30_000,
    clock,
  });
  const server = startBridgeServer({
    hostname: config.BRIDGE_LISTEN_ADDR,
    port: config.BRIDGE_LISTEN_PORT,
    maxConnections: config.BRIDGE_MAX_CONNECTIONS,
    maxConnectionsPerPeer: config.BRIDGE_MAX_CONNECTIONS_PER_PEER,
    stallMs: config.BRIDGE_STALL_TIMEOUT_MS,
    pingMs: config.BRIDGE_PING_INTERVAL_MS,
    drainMs: config.BRIDGE_DRAIN_MS,
    metrics,
    clock,
    log,
    session: {
      rules: {
        allowedHosts: config.BRIDGE_ALLOWED_HOSTS,
        allowedOrigins: config.BRIDGE_ALLOWED_ORIGINS,
        trustedProxies: config.BRIDGE_TRUSTED_PROXIES.map(parseAddressRange)
          .filter((range) => range !== undefined),
        token,
      },
      upstream,
      lookup: new BrowserLookup(upstream, authority),
      upstreamAuthority: authority,
      isCompressionAllowed: config.BRIDGE_COMPRESSION === "pass",
      headTimeoutMs: config.BRIDGE_HEAD_TIMEOUT_MS,
      idleTimeoutMs: config.BRIDGE_IDLE_TIMEOUT_MS,
      lingerMs: Math.min(2_000, config.BRIDGE_DRAIN_MS),
      createFilter: createGuard(config, (method, log) => {
        metrics.guardHits.inc({ method });
        log.warn("kept from the browser", { method });
      }),
      metrics,
      clock,
      log,
    },
  });
  try {
    const admin = startAdminServer({
      hostname: config.BRIDGE_ADMIN_ADDR,
      port: config.BRIDGE_ADMIN_PORT,
      health,
      metrics: registry,
    });
    log.info("listening", {
      address: server.hostname,
      port: server.port,
      admin: `${admin.hostname}:${admin.port}`,
      target: authority,
    });
    const probing = runSelfProbe({
      address: addressOf(config),
      everyMs: 5_000,
      deadlineMs: 2_000,
      health,
      onRoundTrip: (seconds) => metrics.probeSeconds.observe(seconds),
      clock,
      log,
      signal,
    });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    health.raise("stopping", "error", "the bridge is shutting down");
    await server.stop();
    await probing;
    await admin.stop();
    log.info("stopped");
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function createGuard(
  config: BridgeConfig,
  onHit: (method: string, log: Logger) => void,
): ((log: Logger) => ClientFilter) | undefined {
  if (config.BRIDGE_GUARD === "off") return undefined;
  const refused = config.BRIDGE_REFUSE_METHODS.map(parseRefusedMethod);
  const isWatchful = refused.some((rule) => rule.scope === "foreign");
  const address = addressOf(config);
  const plain = plainMessagesFor(refused);
  return (log) =>
    new ClientGuard({
      refused,
      plain,
      ledger: new TargetLedger({ isWatchful }),
      closeLeftovers: async (ledger) => {
        try {
          await closeLeftovers(address, ledger);
        } catch (error) {
          // The browser is going; what was left goes with it.
          log.warn("cannot close what a client left", { error });
        }
      },
      onHit: (method) => onHit(method, log),
    });
}

function addressOf(config: BridgeConfig): string {
  return `http://${upstreamAuthority(config.BRIDGE_TARGET_ADDR, config.BRIDGE_TARGET_PORT)}`;
}
