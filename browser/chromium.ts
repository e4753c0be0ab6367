/**
 * Chromium itself: started on its profile, and closed so that nothing is lost.
 *
 * Measured on Chromium 156: a cookie set just before SIGTERM is gone after the restart, one set
 * just before `Browser.close` is there. So it is asked over CDP first, and signals are for a
 * browser that does not hear.
 *
 * @module
 */
import { CdpClosedError, connectCdp } from "../cdp/client.ts";
import { discoverBrowser } from "../cdp/discover.ts";
import { withDeadline } from "../core/deadline.ts";
import { errorText } from "../core/error_text.ts";
import type { Logger } from "../core/log.ts";
import type { Child, ChildEnd } from "../core/process.ts";
import type { BrowserDeps } from "./deps.ts";
import { chromiumFlags } from "./flags.ts";
import { waitForFreePort } from "./port_claim.ts";
import { prepareProfile } from "./profile.ts";
import { startReadyChild } from "./ready_child.ts";
import type { BrowserSettings } from "./settings.ts";
import { type Screen, screenEnv } from "./virtual_screen.ts";

/** How long SIGTERM may take before SIGKILL is sent, in milliseconds. */
const TERM_MS = 1_000;

/** What to start. */
export interface ChromiumOptions {
  /** Everything that is configured. */
  readonly settings: BrowserSettings;
  /** Where its windows go; none when headless. */
  readonly screen: Screen | undefined;
  /** Whether its sandbox is on. */
  readonly isSandboxed: boolean;
  /** Whether the last run's tabs and session cookies come back. */
  readonly isRestoring: boolean;
}

/** Chromium's DevTools address. */
export function cdpAddress(settings: BrowserSettings): string {
  return `http://127.0.0.1:${settings.cdpPort}`;
}

/**
 * Starts Chromium and waits until it answers over CDP. Its `stop` closes it in order, within the
 * deadline it is given or the configured one, and then sends signals.
 *
 * @throws {Fault} When the profile or the port is not to be had.
 */
export async function startChromium(
  options: ChromiumOptions,
  deps: BrowserDeps,
  signal: AbortSignal,
): Promise<Child> {
  const { settings, screen, isSandboxed, isRestoring } = options;
  const { machine, clock, log } = deps;
  await prepareProfile(settings.profileDir, deps);
  await waitForFreePort(
    { hostname: "127.0.0.1", port: settings.cdpPort, variable: "BROWSER_CDP_PORT" },
    clock,
  );
  const address = cdpAddress(settings);
  const child = await startReadyChild({
    name: "Chromium",
    machine,
    command: settings.chromium,
    args: [
      ...chromiumFlags({ ...settings, isSandboxed, isRestoring }).map(({ flag }) => flag),
      // A page given here keeps the last run's tabs from coming back after a crash.
      ...(isRestoring && await hasSession(settings.profileDir) ? [] : ["about:blank"]),
    ],
    ...(screen === undefined ? {} : { env: screenEnv(screen) }),
    onLine: (line) => log.debug("chromium says", { line }),
    async ready(givenUp) {
      while (!givenUp.aborted && !await answers(address)) await clock.sleep(50, givenUp);
    },
  }, signal);
  return {
    ...child,
    stop: (closeMs = settings.closeMs) => closeChromium(child, address, closeMs, log),
  };
}

async function hasSession(profileDir: string): Promise<boolean> {
  try {
    await Deno.stat(`${profileDir}/Default/Sessions`);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function answers(address: string): Promise<boolean> {
  try {
    await discoverBrowser(address, 1_000);
    return true;
  } catch {
    // Not yet: whoever waits has a deadline.
    return false;
  }
}

async function closeChromium(
  child: Child,
  address: string,
  closeMs: number,
  log: Logger,
): Promise<ChildEnd> {
  try {
    await withDeadline(
      // The one deadline that counts is the outer one, and what it says.
      Promise.race([child.ended, askToClose(address, 2 * closeMs).then(() => child.ended)]),
      closeMs,
      "Closing Chromium",
    );
  } catch (error) {
    log.warn("Chromium does not close when asked, sending signals", { reason: errorText(error) });
  }
  return child.stop(TERM_MS);
}

async function askToClose(address: string, closeMs: number): Promise<void> {
  const { webSocketUrl } = await discoverBrowser(address, closeMs);
  using client = await connectCdp(webSocketUrl, { deadlineMs: closeMs });
  try {
    await client.send("Browser.close", undefined, { deadlineMs: closeMs });
  } catch (error) {
    // It may be gone before its answer is.
    if (!(error instanceof CdpClosedError)) throw error;
  }
}
