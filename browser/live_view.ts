/**
 * The live view: x11vnc shows the virtual screen on loopback, websockify carries it to noVNC.
 *
 * There is no password here; who may come in is the business of whatever stands in front. But a
 * WebSocket knows no same-origin policy, so any page in a person's everyday browser could reach
 * the view on loopback: only pages of the configured origins are let in.
 *
 * @module
 */
import type { Child } from "../core/process.ts";
import type { BrowserDeps } from "./deps.ts";
import { PROGRAMS } from "./needs.ts";
import { waitForFreePort } from "./port_claim.ts";
import { startReadyChild } from "./ready_child.ts";
import type { BrowserSettings } from "./settings.ts";
import { type Screen, screenEnv } from "./virtual_screen.ts";

/**
 * The most files x11vnc may open. LibVNCServer walks over every number up to its limit for each
 * client (LibVNC/libvncserver#600): with the million of many containers that takes seconds.
 */
const X11VNC_FILES = 1_024;

/** The live view's address for a person on this machine. */
export function viewUrl(settings: BrowserSettings): string {
  return `${viewOrigin(settings)}/vnc.html?autoconnect=true&resize=scale`;
}

/** Starts x11vnc and waits until it greets. */
export async function startX11vnc(
  settings: BrowserSettings,
  screen: Screen,
  deps: BrowserDeps,
  signal: AbortSignal,
): Promise<Child> {
  const port = settings.vncPort;
  const { machine, clock, log } = deps;
  await waitForFreePort({ hostname: "127.0.0.1", port, variable: "BROWSER_VNC_PORT" }, clock);
  return await startReadyChild({
    name: "x11vnc",
    machine,
    command: PROGRAMS.prlimit,
    args: [
      `--nofile=${X11VNC_FILES}:${X11VNC_FILES}`,
      "--",
      PROGRAMS.x11vnc,
      ...["-display", screen.display],
      // Loopback only, and not on its IPv6 side either, which -localhost does not cover.
      ...["-localhost", "-no6", "-noipv6", "-rfbport", String(port)],
      // Stays when a viewer leaves, and lets several look at once.
      ...["-forever", "-shared"],
      // No password: see above. No settings of the user's own x11vnc.
      ...["-nopw", "-norc", "-nolookup", "-quiet"],
    ],
    env: screenEnv(screen),
    onLine: (line) => log.debug("x11vnc says", { line }),
    async ready(givenUp) {
      while (!givenUp.aborted && !await greets(port)) await clock.sleep(50, givenUp);
    },
  }, signal);
}

/** Starts websockify and waits until it serves noVNC. */
export async function startWebsockify(
  settings: BrowserSettings,
  deps: BrowserDeps,
  signal: AbortSignal,
): Promise<Child> {
  const { addr, port, origins } = settings.view;
  const { machine, clock, log } = deps;
  await waitForFreePort({ hostname: addr, port, variable: "BROWSER_VIEW_PORT" }, clock);
  return await startReadyChild({
    name: "websockify",
    machine,
    command: PROGRAMS.websockify,
    args: [
      `--web=${PROGRAMS.novnc}`,
      "--auth-plugin=ExpectOrigin",
      `--auth-source=${origins.join(" ")}`,
      // Pings, so that a proxy does not cut a view in which nothing moves.
      "--heartbeat=30",
      `${addr}:${port}`,
      `127.0.0.1:${settings.vncPort}`,
    ],
    onLine: (line) => log.debug("websockify says", { line }),
    async ready(givenUp) {
      const url = `${viewOrigin(settings)}/vnc.html`;
      while (!givenUp.aborted && !await serves(url)) await clock.sleep(50, givenUp);
    },
  }, signal);
}

function viewOrigin(settings: BrowserSettings): string {
  const { addr, port } = settings.view;
  return `http://${addr === "0.0.0.0" ? "127.0.0.1" : addr}:${port}`;
}

async function greets(port: number): Promise<boolean> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const greeting = new Uint8Array(12);
    await connection.read(greeting);
    return new TextDecoder().decode(greeting).startsWith("RFB ");
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}

async function serves(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}
