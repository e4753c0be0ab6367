/**
 * What the environment and the command line say about the browser, as one value.
 *
 * @module
 */
import { z } from "zod";
import {
  choiceVariable,
  type EnvReader,
  integerVariable,
  listVariable,
  pathVariable,
  portVariable,
  readEnv,
  textVariable,
} from "../core/env.ts";
import { Fault } from "../core/fault.ts";

/**
 * Where Chromium's windows go: a virtual screen of their own that can be watched through the live
 * view, the person's own screen, or nowhere.
 */
export type BrowserMode = "virtual" | "display" | "headless";

/** Width and height in pixels. */
export interface ScreenSize {
  /** Pixels from left to right. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
}

const SCREEN_RULE = "must be WIDTHxHEIGHT in pixels, each from 320 to 7680";

const SCREEN: z.ZodType<ScreenSize> = z.string().regex(/^\d{3,4}x\d{3,4}$/, SCREEN_RULE)
  .transform((text) => {
    const [width = 0, height = 0] = text.split("x").map(Number);
    return { width, height };
  })
  .refine(({ width, height }) => isScreenLength(width) && isScreenLength(height), SCREEN_RULE)
  .prefault("1920x1080").describe("size of the virtual screen, WIDTHxHEIGHT");

/** The variables `browser.ts` reads. */
export const BROWSER_ENV: z.ZodObject<{
  BROWSER_PROFILE_DIR: z.ZodType<string>;
  BROWSER_CHROMIUM: z.ZodType<string>;
  BROWSER_CDP_PORT: z.ZodType<number>;
  BROWSER_SCREEN: z.ZodType<ScreenSize>;
  BROWSER_SANDBOX: z.ZodType<"auto" | "on" | "off">;
  BROWSER_VIEW_ADDR: z.ZodType<string>;
  BROWSER_VIEW_PORT: z.ZodType<number>;
  BROWSER_VIEW_ORIGINS: z.ZodType<readonly string[]>;
  BROWSER_VNC_PORT: z.ZodType<number>;
  BROWSER_CLOSE_MS: z.ZodType<number>;
  BROWSER_HEALTH_ADDR: z.ZodType<string>;
  BROWSER_HEALTH_PORT: z.ZodType<number>;
  BROWSER_PROBE_INTERVAL_MS: z.ZodType<number>;
  BROWSER_PROBE_DEADLINE_MS: z.ZodType<number>;
  BROWSER_PROBE_MISSES: z.ZodType<number>;
  DISPLAY: z.ZodType<string | undefined>;
}> = z.object({
  BROWSER_PROFILE_DIR: pathVariable("Chromium's profile", "/profile/chromium-data"),
  BROWSER_CHROMIUM: pathVariable("the Chromium to start", "/usr/bin/chromium"),
  BROWSER_CDP_PORT: fixedPort(9223, "Chromium's DevTools port, always on loopback"),
  BROWSER_SCREEN: SCREEN,
  BROWSER_SANDBOX: choiceVariable(
    ["auto", "on", "off"],
    "auto",
    "Chromium's sandbox; auto: on where the machine allows it",
  ),
  BROWSER_VIEW_ADDR: textVariable("address of the live view", "127.0.0.1"),
  BROWSER_VIEW_PORT: fixedPort(6080, "port of the live view"),
  BROWSER_VIEW_ORIGINS: listVariable(
    "origins whose pages may open the live view, by commas; beside http://127.0.0.1 and http://localhost",
  ),
  BROWSER_VNC_PORT: fixedPort(5900, "port of x11vnc, always on loopback"),
  BROWSER_CLOSE_MS: integerVariable({
    fallback: 2_500,
    min: 100,
    max: 600_000,
    description: "milliseconds Chromium may take to close before it is signalled",
  }),
  BROWSER_HEALTH_ADDR: textVariable("address of /healthz, /readyz and /metrics", "127.0.0.1"),
  BROWSER_HEALTH_PORT: portVariable(9225, "their port"),
  BROWSER_PROBE_INTERVAL_MS: integerVariable({
    fallback: 15_000,
    min: 100,
    max: 3_600_000,
    description: "milliseconds between two health probes",
  }),
  BROWSER_PROBE_DEADLINE_MS: integerVariable({
    fallback: 10_000,
    min: 100,
    max: 600_000,
    description: "milliseconds each step of a probe may take",
  }),
  BROWSER_PROBE_MISSES: integerVariable({
    fallback: 3,
    min: 1,
    max: 1_000,
    description: "missed probes in a row that make Chromium wedged, and restarted",
  }),
  DISPLAY: textVariable("the person's own screen, for --display"),
});

/** Everything that is configured. */
export interface BrowserSettings {
  /** Where windows go. */
  readonly mode: BrowserMode;
  /** Chromium's profile directory, absolute. */
  readonly profileDir: string;
  /** The Chromium to start, absolute. */
  readonly chromium: string;
  /** Its DevTools port, on loopback. */
  readonly cdpPort: number;
  /** Size of the virtual screen, and of the first window. */
  readonly screen: ScreenSize;
  /** Whether Chromium's sandbox is asked for. */
  readonly sandbox: "auto" | "on" | "off";
  /** The person's screen, in `display` mode. */
  readonly ownDisplay: string | undefined;
  /** Where websockify listens, and whose pages may connect. */
  readonly view: {
    readonly addr: string;
    readonly port: number;
    readonly origins: readonly string[];
  };
  /** Where x11vnc listens, on loopback. */
  readonly vncPort: number;
  /** How long Chromium may take to write everything down and close, in milliseconds. */
  readonly closeMs: number;
  /** Where health is shown. */
  readonly health: { readonly addr: string; readonly port: number };
  /** How often and how patiently Chromium is probed. */
  readonly probe: {
    readonly intervalMs: number;
    readonly deadlineMs: number;
    readonly misses: number;
  };
}

/** The flags that choose a mode. */
export interface BrowserFlags {
  /** Whether the person's own screen is wanted. */
  readonly display?: boolean | undefined;
  /** Whether no screen is wanted. */
  readonly headless?: boolean | undefined;
}

/**
 * Reads the settings.
 *
 * @param env The environment.
 * @param flags The command line's flags.
 * @throws {Fault} When a variable is wrong, or when flags and environment contradict each other.
 */
export function readSettings(env: EnvReader, flags: BrowserFlags): BrowserSettings {
  if (flags.display && flags.headless) {
    throw new Fault(`Cannot use "--display" and "--headless" together`, { code: "usage" });
  }
  const values = readEnv(BROWSER_ENV, env);
  if (flags.display && values.DISPLAY === undefined) {
    throw new Fault(
      `Cannot use "--display": DISPLAY is not set, must name an X display such as ":0"`,
      { code: "config" },
    );
  }
  const port = values.BROWSER_VIEW_PORT;
  return {
    mode: flags.display ? "display" : flags.headless ? "headless" : "virtual",
    profileDir: values.BROWSER_PROFILE_DIR,
    chromium: values.BROWSER_CHROMIUM,
    cdpPort: values.BROWSER_CDP_PORT,
    screen: values.BROWSER_SCREEN,
    sandbox: values.BROWSER_SANDBOX,
    ownDisplay: values.DISPLAY,
    view: {
      addr: values.BROWSER_VIEW_ADDR,
      port,
      origins: [
        `http://127.0.0.1:${port}`,
        `http://localhost:${port}`,
        ...values.BROWSER_VIEW_ORIGINS,
      ],
    },
    vncPort: values.BROWSER_VNC_PORT,
    closeMs: values.BROWSER_CLOSE_MS,
    health: { addr: values.BROWSER_HEALTH_ADDR, port: values.BROWSER_HEALTH_PORT },
    probe: {
      intervalMs: values.BROWSER_PROBE_INTERVAL_MS,
      deadlineMs: values.BROWSER_PROBE_DEADLINE_MS,
      misses: values.BROWSER_PROBE_MISSES,
    },
  };
}

/** A port that others must know beforehand, so that the kernel cannot choose it. */
function fixedPort(fallback: number, description: string): z.ZodType<number> {
  return integerVariable({ fallback, min: 1, max: 65_535, description });
}

function isScreenLength(pixels: number): boolean {
  return pixels >= 320 && pixels <= 7_680;
}
