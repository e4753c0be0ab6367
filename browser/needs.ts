/**
 * Which programs a mode needs, and the message where one is missing.
 *
 * @module
 */
import { Fault } from "../core/fault.ts";
import type { BrowserMode } from "./settings.ts";

/** Debian's paths of what is started. */
export const PROGRAMS = {
  xvfb: "/usr/bin/Xvfb",
  x11vnc: "/usr/bin/x11vnc",
  websockify: "/usr/bin/websockify",
  novnc: "/usr/share/novnc",
  prlimit: "/usr/bin/prlimit",
} as const;

/** A path and the Debian package it comes from. */
export interface Need {
  /** What must exist. */
  readonly path: string;
  /** The package that brings it; `undefined` where the person chose the path. */
  readonly debianPackage: string | undefined;
}

/**
 * What must be there.
 *
 * @param mode Where windows go.
 * @param chromium The configured Chromium.
 */
export function neededPrograms(mode: BrowserMode, chromium: string): readonly Need[] {
  const isDebians = chromium === "/usr/bin/chromium";
  const browser = { path: chromium, debianPackage: isDebians ? "chromium" : undefined };
  if (mode !== "virtual") return [browser];
  return [
    browser,
    { path: PROGRAMS.xvfb, debianPackage: "xvfb" },
    { path: PROGRAMS.x11vnc, debianPackage: "x11vnc" },
    { path: `${PROGRAMS.novnc}/vnc.html`, debianPackage: "novnc" },
    { path: PROGRAMS.websockify, debianPackage: "websockify" },
  ];
}

/**
 * The fault to end with, or `undefined` where everything is there.
 *
 * @param needs From {@linkcode neededPrograms}.
 * @param existing The paths that exist.
 */
export function missingProgramsFault(
  needs: readonly Need[],
  existing: ReadonlySet<string>,
): Fault | undefined {
  const missing = needs.filter((need) => !existing.has(need.path));
  if (missing.length === 0) return undefined;
  const paths = missing.map((need) => `"${need.path}"`).join(", ");
  const packages = missing.flatMap((need) => need.debianPackage ?? []);
  const wayOut = packages.length === 0
    ? "BROWSER_CHROMIUM must name a program"
    : `install with "apt-get install -y --no-install-recommends ${packages.join(" ")}"`;
  return new Fault(`Cannot start the browser: missing ${paths}, ${wayOut}`, { code: "config" });
}
