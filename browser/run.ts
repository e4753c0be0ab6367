/**
 * Runs the parts of the browser as one: starts them in order, keeps each alive, watches Chromium,
 * and stops them in order.
 *
 * @module
 */
import { startAdminServer } from "../core/admin_server.ts";
import { createHealth, type HealthRegistry } from "../core/health.ts";
import type { Child } from "../core/process.ts";
import { supervise } from "../core/supervisor.ts";
import { cdpAddress, startChromium } from "./chromium.ts";
import type { BrowserDeps } from "./deps.ts";
import { startWebsockify, startX11vnc, viewUrl } from "./live_view.ts";
import { type BrowserMetrics, createBrowserMetrics } from "./metrics.ts";
import { keepWindow } from "./keep_window.ts";
import { preflight } from "./preflight.ts";
import { holdProfile } from "./profile.ts";
import { shouldRestore } from "./restore.ts";
import type { BrowserSettings } from "./settings.ts";
import { createSlot, type Slot } from "./slot.ts";
import { type Screen, startVirtualScreen } from "./virtual_screen.ts";
import { watchChromium, WEDGED } from "./watch.ts";

/** A part that is kept alive. */
interface Part {
  readonly name: "display" | "chromium" | "x11vnc" | "websockify";
  readonly start: (signal: AbortSignal) => Promise<Child>;
  /** Holds the child while it works. */
  readonly running: Slot<Child>;
  readonly stopMs: number;
}

/** States that a restart of the whole program may mend, so that liveness fails. */
const FATAL_STATES: readonly string[] = [WEDGED, "chromium_crashing", "display_crashing"];

/**
 * Runs until `signal` is aborted and everything has stopped.
 *
 * @param settings Everything that is configured.
 * @param deps Machine, clock and log.
 * @param signal Aborted when the browser should stop.
 * @throws {Fault} When it cannot start: a program is missing, a port taken, the profile in use.
 */
export async function runBrowser(
  settings: BrowserSettings,
  deps: BrowserDeps,
  signal: AbortSignal,
): Promise<void> {
  const { machine, clock, log } = deps;
  const health = createHealth(clock.now);
  const metrics = createBrowserMetrics();
  using _claim = await holdProfile(settings.profileDir, deps);
  const { isSandboxed } = await preflight(settings, deps);
  const screen = createSlot<Screen>();
  const chromiumStartsMs: number[] = [];
  if (settings.mode === "display" && settings.ownDisplay !== undefined) {
    screen.fill({ display: settings.ownDisplay, authorityFile: undefined });
  }

  const display: Part = {
    name: "display",
    running: createSlot(),
    stopMs: 500,
    async start(stopping) {
      const authorityFile = `${settings.profileDir}/hearth_xauthority`;
      const started = await startVirtualScreen(
        { size: settings.screen, authorityFile, log, machine },
        stopping,
      );
      screen.fill(started.screen);
      started.child.ended.then(() => screen.empty());
      return started.child;
    },
  };
  const chromium: Part = {
    name: "chromium",
    running: createSlot(),
    stopMs: settings.closeMs,
    async start(stopping) {
      const where = settings.mode === "headless" ? undefined : await screen.wait(stopping);
      const nowMs = clock.monotonic();
      const isRestoring = shouldRestore(chromiumStartsMs, nowMs);
      if (!isRestoring) {
        log.warn("starting Chromium without its last tabs, it was started too often");
      }
      chromiumStartsMs.push(nowMs);
      return startChromium({ settings, screen: where, isSandboxed, isRestoring }, deps, stopping);
    },
  };
  const x11vnc: Part = {
    name: "x11vnc",
    running: createSlot(),
    stopMs: 500,
    start: async (stopping) => startX11vnc(settings, await screen.wait(stopping), deps, stopping),
  };
  const websockify: Part = {
    name: "websockify",
    running: createSlot(),
    stopMs: 500,
    start: (stopping) => startWebsockify(settings, deps, stopping),
  };
  const isVirtual = settings.mode === "virtual";
  const clients = isVirtual ? [chromium, x11vnc, websockify] : [chromium];
  const parts = isVirtual ? [display, ...clients] : clients;

  const admin = startAdminServer({
    hostname: settings.health.addr,
    port: settings.health.port,
    health,
    metrics: metrics.registry,
    isAlive: () => !health.states().some((state) => FATAL_STATES.includes(state.name)),
  });
  log.info("health listening", { health: `http://${admin.hostname}:${admin.port}` });

  const displayStop = new AbortController();
  const lives = clients.map((part) => keepAlive(part, { ...deps, health, metrics }, signal));
  const displayLife = isVirtual
    ? keepAlive(display, { ...deps, health, metrics }, displayStop.signal)
    : Promise.resolve();
  const watching = watchChromium({
    ...{ chromium: chromium.running, address: cdpAddress(settings), ...settings.probe },
    ...{ clock, log, health, metrics },
  }, signal);
  const windows = keepWindow({
    ...{ chromium: chromium.running, address: cdpAddress(settings), screen: settings.screen },
    ...{ clock, log },
  }, signal);
  const announcing = Promise.all(parts.map((part) => part.running.wait(signal))).then(
    () =>
      log.info("browser ready", {
        cdp: cdpAddress(settings),
        ...(isVirtual ? { view: viewUrl(settings) } : {}),
        profile: settings.profileDir,
      }),
    // Stopped before it was ready: there is nothing to announce.
    () => {},
  );

  // Chromium first: it must find its screen until its last window is closed.
  await Promise.all([...lives, announcing]);
  displayStop.abort();
  await Promise.all([displayLife, watching, windows]);
  await admin.stop();
  log.info("browser stopped");
}

async function keepAlive(
  part: Part,
  deps: BrowserDeps & { health: HealthRegistry; metrics: BrowserMetrics },
  signal: AbortSignal,
): Promise<void> {
  const { name, running, start, stopMs } = part;
  const { clock, log, health, metrics } = deps;
  // A browser without its live view is degraded, but agents go on.
  const severity = name === "chromium" || name === "display" ? "error" : "warning";
  let starts = 0;
  health.raise(`${name}_down`, severity, `${name} is starting`);
  metrics.partUp.set({ part: name }, 0);
  metrics.partRestarts.inc({ part: name }, 0);
  await supervise({
    ...{ name, start, stopMs, clock, log, health },
    onChild(child) {
      metrics.partUp.set({ part: name }, child === undefined ? 0 : 1);
      if (child === undefined) {
        running.empty();
        health.raise(`${name}_down`, severity, `${name} has ended and is started again`);
        return;
      }
      if (++starts > 1) metrics.partRestarts.inc({ part: name });
      running.fill(child);
      health.clear(`${name}_down`);
      log.info(`${name} ready`, { pid: child.pid });
    },
  }, signal);
}
