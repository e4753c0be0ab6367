/**
 * The snapshot server as a whole: store, watch, gate, API and the operator's port.
 *
 * @module
 */
import { startAdminServer } from "../../core/admin_server.ts";
import { type Clock, systemClock } from "../../core/clock.ts";
import { Fault } from "../../core/fault.ts";
import { createHealth } from "../../core/health.ts";
import { startHttpServer } from "../../core/http_server.ts";
import type { Logger } from "../../core/log.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createSnapshotApi } from "./snapshot_api.ts";
import { createSnapshotStore } from "./snapshot_store.ts";
import type { ServerEnv } from "./server_env.ts";
import { registerServerMetrics } from "./server_metrics.ts";
import { createTokenGate } from "./token_gate.ts";
import { watchFile } from "./watch_file.ts";

/** What the server is given. */
export interface ServeSnapshotDeps {
  /** The program's log. */
  log: Logger;
  /** Time. @default {systemClock} */
  clock?: Clock;
}

/** Where the server listens. */
export interface ListeningAt {
  /** The API's port. */
  port: number;
  /** The operator's port. */
  metricsPort: number;
}

/**
 * Serves until `signal` is aborted, then lets every held request go and resolves.
 *
 * @param config From the environment.
 * @param deps Effects.
 * @param signal Aborted when the server should stop.
 * @param onListening Told once, when both ports are open.
 * @throws {Fault} When a port cannot be listened on or a path may not be read.
 */
export async function serveSnapshot(
  config: ServerEnv,
  deps: ServeSnapshotDeps,
  signal: AbortSignal,
  onListening?: (at: ListeningAt) => void,
): Promise<void> {
  const { log, clock = systemClock } = deps;
  const { SNAPSHOT_PATH: path, PW_TOKEN_FILE: file, PW_TOKEN: token, HOST: hostname } = config;
  const health = createHealth();
  const metrics = createMetrics();
  const store = createSnapshotStore({ path, health, log, clock });
  const gate = await mayRead("PW_TOKEN_FILE", createTokenGate({ file, token, clock, health, log }));
  await mayRead("SNAPSHOT_PATH", store.reload());
  const api = createSnapshotApi({
    store,
    gate,
    clock,
    onAnswer: registerServerMetrics({ metrics, store, health, clock }),
  });
  const server = startHttpServer(api, {
    hostname,
    port: config.PORT,
    onError: (error) => log.error("request failed", { error }),
  });
  const { METRICS_ADDR: adminHostname, METRICS_PORT: adminPort } = config;
  const stops = [server.stop];
  const stopWatch = new AbortController();
  try {
    const admin = startAdminServer({ hostname: adminHostname, port: adminPort, health, metrics });
    stops.push(admin.stop);
    const watch = watchFile(path, {
      clock,
      onChange(kind) {
        // Only a path that has come to lead out of the permissions, as a new symlink can, throws.
        store.reload({ isForced: kind === "event" }).catch((error) =>
          log.error("cannot look at the snapshot", { error })
        );
      },
      onWatching(isWatching, error) {
        if (isWatching) health.clear("watch_unavailable");
        else {
          const text = "Cannot watch the snapshot's directory: looking once a second instead";
          health.raise("watch_unavailable", "warning", text);
          log.warn(text, { error });
        }
      },
    }, stopWatch.signal);
    stops.push(() => watch);
    log.info("listening", { hostname, port: server.port, metricsPort: admin.port, path });
    onListening?.({ port: server.port, metricsPort: admin.port });
    await aborted(signal);
    log.info("stopping", { waiters: store.waiterCount() });
  } finally {
    store.close();
    stopWatch.abort();
    await Promise.all(stops.map((stop) => stop()));
  }
}

/** A path outside the permissions is a mistake of whoever started the program, not of the file. */
async function mayRead<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new Fault(`Cannot read ${name}: the program's permissions do not cover that path`, {
      code: "config",
      cause: error,
    });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
