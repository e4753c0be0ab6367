/**
 * A real Chromium for a test, headless, with a profile of its own.
 *
 * @module
 */
import { discoverBrowser, type DiscoveredBrowser } from "../../cdp/discover.ts";
import { systemClock } from "../../core/clock.ts";
import { type Child, startChild } from "../../core/process.ts";
import { freePort } from "./free_port.ts";
import { stopWhole } from "./stop_whole.ts";

/** Where Debian installs Chromium. */
export const CHROMIUM = "/usr/bin/chromium";

/** A Chromium that runs. */
export interface TestChromium extends AsyncDisposable {
  /** Its DevTools address, such as `http://127.0.0.1:40123`. */
  readonly address: string;
  /** Its DevTools port. */
  readonly port: number;
  /** Its profile directory. */
  readonly profile: string;
  /** Its process. */
  readonly child: Child;
  /** What `/json/version` said at start. */
  readonly browser: DiscoveredBrowser;
}

/** How to start it. */
export interface TestChromiumOptions {
  /** A profile to use and keep; else one that is removed with the browser. */
  profile?: string;
  /** The DevTools port; else a free one. */
  port?: number;
  /** More flags. */
  flags?: readonly string[];
}

/** Starts Chromium and waits until it answers on its DevTools port. */
export async function startChromium(options: TestChromiumOptions = {}): Promise<TestChromium> {
  const port = options.port ?? freePort();
  const profile = options.profile ?? await Deno.makeTempDir({ prefix: "hearth-chromium-" });
  const lines: string[] = [];
  const child = startChild({
    command: CHROMIUM,
    args: [
      "--headless=new",
      `--remote-debugging-port=${port}`,
      `--user-data-dir=${profile}`,
      "--password-store=basic",
      "--no-first-run",
      "--no-default-browser-check",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-quic",
      ...(Deno.uid() === 0 ? ["--no-sandbox"] : []),
      ...(options.flags ?? []),
      "about:blank",
    ],
    onLine: (line) => lines.push(line),
  });
  const address = `http://127.0.0.1:${port}`;
  async function dispose(): Promise<void> {
    await stopWhole(child, 5_000);
    if (options.profile === undefined) await removeTree(profile);
  }
  const deadline = systemClock.monotonic() + 60_000;
  while (true) {
    try {
      const browser = await discoverBrowser(address, 5_000);
      return { address, port, profile, child, browser, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      if (systemClock.monotonic() > deadline) {
        await dispose();
        throw new Error(`Chromium did not start: ${lines.slice(-5).join("; ")}`, { cause: error });
      }
      await systemClock.sleep(50);
    }
  }
}

/** Removes a directory that a dying Chromium may still write to for a moment. */
async function removeTree(path: string): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (attempt === 20) throw error;
      await systemClock.sleep(50);
    }
  }
}
