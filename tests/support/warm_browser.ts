/**
 * `browser.ts` as a process of its own under its permission set, on free ports and a profile that
 * is removed with it.
 *
 * @module
 */
import { type CdpClient, connectCdp } from "../../cdp/client.ts";
import { discoverBrowser } from "../../cdp/discover.ts";
import { freePort } from "./free_port.ts";
import { runningProcesses } from "./processes.ts";
import { startProgram, type TestProgram } from "./program.ts";
import { type TempProfile, tempProfile } from "./temp_profile.ts";

/** A browser that was started, and perhaps is ready. */
export interface WarmBrowser extends AsyncDisposable {
  /** The program. */
  readonly program: TestProgram;
  /** Its profile. */
  readonly profile: string;
  /** Where everything listens. */
  readonly ports: { cdp: number; view: number; vnc: number; health: number };
  /** The process id in the last "NAME ready" line. */
  pidOf(part: string): number;
  /** Chromium's process of a type, such as `gpu-process`. */
  processOf(type: string): number;
  /** Connects to it. */
  connect(): Promise<CdpClient>;
  /** A health page's status and text. */
  health(path: string): Promise<{ status: number; text: string }>;
}

/** How to start it. */
export interface WarmBrowserOptions {
  /** A profile to use and keep; else a new one that is removed. */
  profile?: string;
  /** Arguments. */
  args?: readonly string[];
  /** More variables. */
  env?: Readonly<Record<string, string>>;
}

/** Starts it; does not wait until it is ready. */
export function startWarmBrowser(options: WarmBrowserOptions = {}): WarmBrowser {
  const place = options.profile === undefined ? tempProfile() : keptProfile(options.profile);
  const profile = place.path;
  const ports = { cdp: freePort(), view: freePort(), vnc: freePort(), health: freePort() };
  const program = startProgram("browser", {
    args: options.args ?? [],
    env: {
      BROWSER_PROFILE_DIR: profile,
      BROWSER_CDP_PORT: String(ports.cdp),
      BROWSER_VIEW_PORT: String(ports.view),
      BROWSER_VNC_PORT: String(ports.vnc),
      BROWSER_HEALTH_PORT: String(ports.health),
      BROWSER_SCREEN: "800x600",
      ...options.env,
    },
    flags: [
      `--allow-read=${profile}`,
      `--allow-write=${profile},${profile}.lock`,
      `--allow-net=127.0.0.1`,
    ],
  });
  const pidOf = (part: string) => {
    const line = program.lines.findLast((line) => line.includes(`"msg":"${part} ready"`));
    if (line === undefined) throw new Error(`No "${part} ready" yet`);
    return JSON.parse(line).pid as number;
  };
  return {
    program,
    profile,
    ports,
    pidOf,
    processOf(type) {
      const group = pidOf("chromium");
      const found = runningProcesses().find((process) =>
        process.group === group && process.command.includes(`--type=${type}`)
      );
      if (found === undefined) throw new Error(`Chromium has no ${type}`);
      return found.pid;
    },
    async connect() {
      const { webSocketUrl } = await discoverBrowser(`http://127.0.0.1:${ports.cdp}`);
      return connectCdp(webSocketUrl);
    },
    async health(path) {
      const response = await fetch(`http://127.0.0.1:${ports.health}${path}`);
      return { status: response.status, text: await response.text() };
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Starts it and waits until it is ready. */
export async function startReadyBrowser(options: WarmBrowserOptions = {}): Promise<WarmBrowser> {
  const browser = startWarmBrowser(options);
  try {
    await browser.program.line(/browser ready/, 60_000);
    return browser;
  } catch (error) {
    await browser[Symbol.asyncDispose]();
    throw error;
  }
}

function keptProfile(path: string): TempProfile {
  return { path, [Symbol.asyncDispose]: () => Promise.resolve() };
}
