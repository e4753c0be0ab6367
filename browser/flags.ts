/**
 * The command line Chromium is started with: every flag, and why it is there.
 *
 * Deliberately absent: `--disable-gpu` (the health probe asks the GPU process, see
 * `docs/decisions/probe_without_screenshot.md`), `--remote-allow-origins` (no web page may drive
 * the browser), `--enable-automation` (sites would see `navigator.webdriver`),
 * `--disable-crashpad-for-testing` (Chromium 156 then never answers for a cookie), and anything that
 * weakens the isolation of sites from each other. Switches: chrome/common/chrome_switches.cc,
 * content/public/common/content_switches.cc and their neighbours in Chromium.
 *
 * @module
 */
import type { BrowserMode, ScreenSize } from "./settings.ts";

/** A flag and its reason. */
export interface ChromiumFlag {
  /** As it is typed. */
  readonly flag: string;
  /** Why Chromium is started with it. */
  readonly reason: string;
}

/** What the flags depend on. */
export interface ChromiumFlagOptions {
  /** Where windows go. */
  readonly mode: BrowserMode;
  /** The profile directory. */
  readonly profileDir: string;
  /** The DevTools port. */
  readonly cdpPort: number;
  /** The size of the first window. */
  readonly screen: ScreenSize;
  /** Whether the sandbox is on. */
  readonly isSandboxed: boolean;
  /** Whether the last run's tabs and session cookies come back. */
  readonly isRestoring: boolean;
}

/** The flags, in the order they are given. */
export function chromiumFlags(options: ChromiumFlagOptions): readonly ChromiumFlag[] {
  const { mode, profileDir, cdpPort, screen, isSandboxed, isRestoring } = options;
  const flags: ChromiumFlag[] = [
    {
      flag: `--remote-debugging-port=${cdpPort}`,
      reason: "agents and the harvester speak CDP; Chromium binds it to loopback only",
    },
    {
      flag: `--user-data-dir=${profileDir}`,
      reason: "the profile that keeps the logins; DevTools is refused on the default one",
    },
    {
      flag: "--password-store=basic",
      reason: "no keyring runs here, and a profile must open on the next machine too",
    },
    { flag: "--hide-crash-restore-bubble", reason: "nobody is there to dismiss it" },
    {
      flag: "--keep-alive-for-test",
      reason: "whoever closes the last tab would end the browser for everybody",
    },
    { flag: "--no-first-run", reason: "a new profile would open a welcome page" },
    { flag: "--no-default-browser-check", reason: "nobody is there to answer" },
    {
      flag: "--disable-background-networking",
      reason: "requests are the person's and the agents', not Chromium's own",
    },
    { flag: "--disable-component-update", reason: "what runs is what the image or package pinned" },
    { flag: "--disable-sync", reason: "the profile belongs to no Google account" },
    { flag: "--disable-quic", reason: "UDP is often blocked, and a silent fallback costs seconds" },
    {
      flag: "--disable-background-timer-throttling",
      reason: "agents work in tabs that are not in front",
    },
    { flag: "--disable-renderer-backgrounding", reason: "the same, for a process's priority" },
    {
      flag: "--disable-backgrounding-occluded-windows",
      reason: "windows cover each other on one screen, and a covered one would stop painting",
    },
  ];
  if (isRestoring) {
    flags.push({
      flag: "--restore-last-session",
      reason: "without it a restart drops every session cookie, and with them many logins",
    });
  }
  if (mode === "headless") {
    flags.push({ flag: "--headless=new", reason: "there is no screen; the same browser code" });
  } else {
    flags.push({
      flag: "--ozone-platform=x11",
      reason: "an inherited Wayland session would take the windows elsewhere",
    });
  }
  if (mode === "virtual") {
    flags.push({ flag: "--window-position=0,0", reason: "no window manager places it" });
  }
  if (mode !== "display") {
    flags.push({
      flag: `--window-size=${screen.width},${screen.height}`,
      reason: "fills the screen, since nothing can maximise it",
    });
  }
  if (!isSandboxed) {
    flags.push({ flag: "--no-sandbox", reason: "the sandbox cannot be used here; warned about" });
  }
  return flags;
}
