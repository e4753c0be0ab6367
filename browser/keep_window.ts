/**
 * Sees to it that there is a window to log in to: where the last tab is closed, by the person or by a client, a
 * new one opens.
 *
 * Chromium would otherwise end with its last window, for everybody who is connected to it
 * (`--keep-alive-for-test` is what keeps it), or stay on a screen without any way to open one.
 *
 * @module
 */
import { type CdpClient, connectCdp } from "../cdp/client.ts";
import { discoverBrowser } from "../cdp/discover.ts";
import type { Clock } from "../core/clock.ts";
import { errorText } from "../core/error_text.ts";
import type { Logger } from "../core/log.ts";
import type { Child } from "../core/process.ts";
import type { ScreenSize } from "./settings.ts";
import type { Slot } from "./slot.ts";

/** Whose windows to keep. */
export interface KeepWindowOptions {
  /** Chromium while it runs. */
  readonly chromium: Slot<Child>;
  /** Its DevTools address. */
  readonly address: string;
  /** The size of a new window. */
  readonly screen: ScreenSize;
  /** Time. */
  readonly clock: Clock;
  /** Log. */
  readonly log: Logger;
}

/** A pause that keeps a broken Chromium from being asked without end, in milliseconds. */
const RETRY_MS = 1_000;

/** Keeps a window open until `signal` is aborted. */
export async function keepWindow(options: KeepWindowOptions, signal: AbortSignal): Promise<void> {
  const { chromium, address, clock, log } = options;
  while (!signal.aborted) {
    try {
      await chromium.wait(signal);
      using client = await connectCdp((await discoverBrowser(address)).webSocketUrl);
      await follow(client, options, signal);
    } catch (error) {
      // Chromium is starting, stopping or stuck, which others see to.
      if (!signal.aborted) log.debug("no window watched", { reason: errorText(error) });
    }
    if (!signal.aborted) await clock.sleep(RETRY_MS, signal);
  }
}

/** Ends with the connection. */
async function follow(
  client: CdpClient,
  { screen, clock, log }: KeepWindowOptions,
  signal: AbortSignal,
): Promise<void> {
  const { defaultBrowserContextId } = await client.send("Target.getBrowserContexts");
  const over = AbortSignal.any([client.closed, signal]);
  let closing = new AbortController();
  client.on("Target.targetDestroyed", () => closing.abort());
  await client.send("Target.setDiscoverTargets", { discover: true });
  while (!over.aborted) {
    closing = new AbortController();
    const { targetInfos } = await client.send("Target.getTargets");
    const hasTab = targetInfos.some((target) =>
      target.type === "page" && target.browserContextId === defaultBrowserContextId
    );
    if (!hasTab) {
      log.info("the last tab was closed, opening one");
      await openWindow(client, screen);
      continue;
    }
    await clock.sleep(2_147_483_647, AbortSignal.any([closing.signal, over]));
  }
}

async function openWindow(client: CdpClient, { width, height }: ScreenSize): Promise<void> {
  const { targetId } = await client.send("Target.createTarget", {
    url: "about:blank",
    newWindow: true,
  });
  const { windowId } = await client.send("Browser.getWindowForTarget", { targetId });
  await client.send("Browser.setWindowBounds", {
    windowId,
    bounds: { left: 0, top: 0, width, height },
  });
}
