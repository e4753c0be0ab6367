/**
 * The dispatch program from its configuration: the table, the server, its health and figures, and
 * its end.
 *
 * @module
 */
import { startAdminServer } from "../core/admin_server.ts";
import { isInRange } from "../core/address_range.ts";
import { systemClock } from "../core/clock.ts";
import { createHealth } from "../core/health.ts";
import type { Logger } from "../core/log.ts";
import { createMetrics } from "../core/metrics.ts";
import { requireAddresses } from "../core/net_permission.ts";
import type { DispatchConfig } from "./config.ts";
import { createDispatchMetrics } from "./dispatch_metrics.ts";
import { type DispatchServer, startDispatchServer } from "./dispatch_server.ts";
import { readIngressToken } from "./ingress_token.ts";
import { InstanceHealth } from "./instance_health.ts";
import { InstancePool } from "./instance_pool.ts";
import { LoopGuard } from "./loop_guard.ts";
import { createMint } from "./mint_client.ts";
import type { RoutingTable } from "./routing_table.ts";
import { watchTable } from "./watch_table.ts";

/** What the program runs with. */
export interface RunDispatchOptions {
  /** Its configuration. */
  readonly config: DispatchConfig;
  /** Its log. */
  readonly log: Logger;
  /** Aborted when it should stop. */
  readonly signal: AbortSignal;
  /** Given the way to look at the table at once. */
  readonly onReady?: (reload: () => void) => void;
}

/** How often the table is looked at: a user who was removed is out within this time. */
const TABLE_MS = 250;

/** Mints at the same time. Each starts a program of its own, and so does whoever signs in next. */
const MINTS_AT_ONCE = 4;

/**
 * Runs dispatch until it is told to stop.
 *
 * @throws {Fault} When a port is taken, not allowed, or there is no table.
 */
export async function runDispatch(options: RunDispatchOptions): Promise<void> {
  const { config, log, signal } = options;
  requireAddresses([
    {
      variables: "DISPATCH_LISTEN_ADDR, DISPATCH_LISTEN_PORT",
      hostname: config.DISPATCH_LISTEN_ADDR,
      port: config.DISPATCH_LISTEN_PORT,
    },
    {
      variables: "DISPATCH_METRICS_ADDR, DISPATCH_METRICS_PORT",
      hostname: config.DISPATCH_METRICS_ADDR,
      port: config.DISPATCH_METRICS_PORT,
    },
  ]);
  const ingressToken = await readIngressToken({
    file: config.DISPATCH_INGRESS_TOKEN_FILE,
    credentials: config.CREDENTIALS_DIRECTORY,
  });
  const isLoopbackTrusted = config.trustedPeers.some((range) =>
    isInRange("127.0.0.1", range) || isInRange("::1", range)
  );
  if (ingressToken === undefined && isLoopbackTrusted) {
    log.warn("everybody who runs programs on this machine may say who they are", {
      advice: "give the ingress a token, or take loopback from DISPATCH_TRUSTED_PEERS",
    });
  }
  const clock = systemClock;
  const registry = createMetrics();
  const instances = new InstanceHealth(clock.now);
  const metrics = createDispatchMetrics(registry, () => instances.deadCount);
  const health = createHealth();
  const cookieNames = new Map<number, string>();
  let server: DispatchServer | undefined;
  const ending = new AbortController();
  const onTable = (table: RoutingTable) => {
    const ports = new Set([...table.values()].map(({ port }) => port));
    instances.keepOnly(ports);
    for (const port of [...cookieNames.keys()]) if (!ports.has(port)) cookieNames.delete(port);
    metrics.users.set(table.size);
    log.info("table taken", { users: table.size });
    server?.applyTable(table);
  };
  const watched = await watchTable({
    path: config.DISPATCH_TABLE,
    everyMs: TABLE_MS,
    onTable,
    onFault: () => metrics.tableFaults.inc(),
    health,
    clock,
    log,
    signal: ending.signal,
  });
  try {
    server = startDispatchServer({
      hostname: config.DISPATCH_LISTEN_ADDR,
      port: config.DISPATCH_LISTEN_PORT,
      maxConnections: config.DISPATCH_MAX_CONNECTIONS,
      drainMs: config.DISPATCH_DRAIN_MS,
      connection: {
        identity: {
          header: config.DISPATCH_IDENTITY_HEADER,
          trustedPeers: config.trustedPeers,
          ingressToken,
        },
        table: () => watched.current,
        signIn: {
          mint: createMint({
            way: config.mintWay,
            deadlineMs: config.DISPATCH_MINT_TIMEOUT_MS,
            atOnce: MINTS_AT_ONCE,
          }),
          loops: new LoopGuard(clock),
          deadlineMs: config.DISPATCH_ANSWER_TIMEOUT_MS,
          clock,
        },
        pool: new InstancePool(clock),
        health: instances,
        cookieNames,
        headTimeoutMs: 15_000,
        idleTimeoutMs: config.DISPATCH_IDLE_TIMEOUT_MS,
        lingerMs: Math.min(2_000, config.DISPATCH_DRAIN_MS),
        metrics,
        clock,
        log,
      },
    });
    const admin = startAdminServer({
      hostname: config.DISPATCH_METRICS_ADDR,
      port: config.DISPATCH_METRICS_PORT,
      health,
      metrics: registry,
    });
    options.onReady?.(() => void watched.reload());
    log.info("listening", {
      address: server.hostname,
      port: server.port,
      admin: `${admin.hostname}:${admin.port}`,
    });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    health.raise("stopping", "error", "the dispatcher is stopping");
    await server.stop();
    await admin.stop();
    log.info("stopped");
  } finally {
    await server?.stop();
    ending.abort();
    await watched.ended;
  }
}
