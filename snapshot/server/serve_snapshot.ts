/**
 * The snapshot server as a whole: store, watch, gate, API and the operator's port.
 *
 * @module
 */
import { startAdminServer } from "../../core/admin_server.ts";
import { type Clock, systemClock } from "../../core/clock.ts";
import { createHealth } from "../../core/health.ts";
import { startHttpServer } from "../../core/http_server.ts";
import type { Logger } from "../../core/log.ts";
import { createMetrics } from "../../core/metrics.ts";
import { readTokenFile } from "../../core/token_file.ts";
import { createInventory } from "../inventory/inventory.ts";
import { createPartWatch } from "../page/part_watch.ts";
import { createStatusPage } from "../page/status_page.ts";
import { mayRead, openGates } from "./open_gates.ts";
import { createPullTimes } from "./pull_times.ts";
import { createSnapshotApi } from "./snapshot_api.ts";
import { createSnapshotBodies } from "./snapshot_bodies.ts";
import { createSnapshotStore } from "./snapshot_store.ts";
import type { ServerEnv } from "./server_env.ts";
import { registerServerMetrics } from "./server_metrics.ts";
import { watchFile } from "./watch_file.ts";

/** What the server is given. */
export interface ServeSnapshotDeps {
  /** The program's log. */
  log: Logger;
  /** Time. @default {systemClock} */
  clock?: Clock;
  /** Where a "reload" event asks for the access file to be read again, as SIGHUP does. */
  reload?: EventTarget;
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
  const { log, clock = systemClock, reload } = deps;
  const { SNAPSHOT_PATH: path, HOST: hostname } = config;
  const health = createHealth();
  const metrics = createMetrics();
  const bodies = createSnapshotBodies();
  const inventory = createInventory({ path, clock, log });
  // Looks at files that go on while requests are served; a stop waits for them.
  const looks = new Set<Promise<void>>();
  function inBackground(work: Promise<void>): void {
    const look = work.finally(() => looks.delete(look));
    looks.add(look);
  }
  const store = createSnapshotStore({
    path,
    health,
    log,
    clock,
    maxAgeMs: config.SNAPSHOT_MAX_AGE_SECONDS * 1_000,
    onGeneration({ state, modifiedMs }) {
      inBackground(inventory.note({ state, writtenMs: modifiedMs }));
    },
  });
  const { gate, reloadAccess, subjects, readers } = await openGates(
    config,
    { log, clock, health },
    () => {
      // Who is held may have something else now, or nothing.
      bodies.clear();
      store.wake();
    },
  );
  await mayRead("SNAPSHOT_PATH", store.reload());
  const pulls = createPullTimes(() => clock.now());
  const onAnswer = registerServerMetrics({
    metrics,
    store,
    bodies,
    health,
    pulls,
    subjects,
    clock,
  });
  const stopWatch = new AbortController();
  const page = createStatusPage({
    path,
    store,
    inventory,
    gate,
    health,
    pulls,
    readers,
    parts: createPartWatch({
      urls: {
        browser: config.STATUS_BROWSER_HEALTH_URL,
        harvester: config.STATUS_HARVESTER_HEALTH_URL,
      },
      clock,
      signal: stopWatch.signal,
    }),
    trustedPeers: config.STATUS_TRUSTED_PEERS,
    identityHeader: config.STATUS_IDENTITY_HEADER,
    ingressToken: config.STATUS_INGRESS_TOKEN_FILE === undefined
      ? undefined
      : await readTokenFile(config.STATUS_INGRESS_TOKEN_FILE, "STATUS_INGRESS_TOKEN_FILE"),
    liveViewUrl: config.LIVE_VIEW_URL?.href,
    clock,
    signal: stopWatch.signal,
  });
  const api = createSnapshotApi({
    store,
    bodies,
    gate,
    inventory,
    health,
    clock,
    onAnswer(path, status) {
      onAnswer(path, status);
      // A browser asks for the page without a token first, to learn that one is wanted.
      if (status === 401 && path.startsWith("/api/")) page.noteRefusal();
    },
    onPull: pulls.note,
    page,
  });
  const server = startHttpServer((request, info) => api(request, () => peerOf(info.remoteAddr)), {
    hostname,
    port: config.PORT,
    onError: (error) => log.error("request failed", { error }),
  });
  const { METRICS_ADDR: adminHostname, METRICS_PORT: adminPort } = config;
  const stops = [server.stop];
  reload?.addEventListener("reload", () => {
    log.info("reading the access file again, as asked");
    inBackground(reloadAccess());
  }, { signal: stopWatch.signal });
  try {
    const admin = startAdminServer({ hostname: adminHostname, port: adminPort, health, metrics });
    stops.push(admin.stop);
    const watch = watchFile(path, {
      clock,
      onChange(kind) {
        // Only a path that has come to lead out of the permissions, as a new symlink can, throws.
        inBackground(
          store.reload({ isForced: kind === "event" }).catch((error) =>
            log.error("cannot look at the snapshot", { error })
          ),
        );
        if (kind !== "poll") return;
        inBackground(reloadAccess());
        inBackground(page.look().catch((error) => log.error("cannot look around", { error })));
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
    await Promise.all(looks);
  }
}

function peerOf(address: Deno.Addr): string {
  return "hostname" in address ? address.hostname : "";
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
