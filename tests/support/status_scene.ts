/**
 * What the status page can have to show: a directory as the harvester leaves it, and who reads.
 *
 * @module
 */
import { canonicalBytes } from "../../snapshot/canonical.ts";
import { type Manifest, manifestText } from "../../snapshot/manifest.ts";
import type { StateCookie, StorageState } from "../../snapshot/storage_state.ts";
import { accessText, type TestDirectory, type TestSubject } from "./snapshot_fixture.ts";

/** The scenes there are. */
export const SCENES = ["empty", "healthy", "stale", "refused", "crowded"] as const;

/** One of them. */
export type Scene = typeof SCENES[number];

/** What every value in a snapshot of a scene begins with, and nothing else does. */
export const VALUE_MARK = "VALUE-";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How many sites and readers the largest scene has. */
export const CROWD = { sites: 500, readers: 200 };

const NAMES = [
  ...["github.com", "example.com", "example.org", "grafana.net", "atlassian.net", "notion.so"],
  ...["slack.com", "figma.com", "linear.app", "stripe.com", "datadoghq.eu", "xn--mnchen-3ya.de"],
];

/**
 * Puts a scene's files into a directory.
 *
 * @param directory Where.
 * @param scene Which.
 * @param nowMs What the ages are counted from.
 */
export async function putScene(
  directory: TestDirectory,
  scene: Scene,
  nowMs: number,
): Promise<void> {
  await directory.put("access.yaml", accessText(readersOf(scene)));
  if (scene === "empty") return;
  const ageMs = scene === "stale" ? 9 * HOUR_MS : 4 * 60_000;
  const state = stateOf(scene, nowMs);
  await directory.put("manifest.json", manifestText(manifestOf(scene, state, nowMs - ageMs)));
  const path = await directory.put("storage-state.json", canonicalBytes(state));
  await Deno.utime(path, (nowMs - ageMs) / 1_000, (nowMs - ageMs) / 1_000);
}

function readersOf(scene: Scene): Readonly<Record<string, TestSubject>> {
  if (scene !== "crowded") {
    return {
      ada: { tokens: ["ada-token"], sites: ["github.com", "example.com", "linear.app"] },
      edsger: { tokens: ["edsger-token"], sites: ["example.org"] },
      grace: { tokens: ["grace-token"], sites: ["github.com", "app.example.com"] },
    };
  }
  return Object.fromEntries(Array.from({ length: CROWD.readers }, (_, at) => [
    `user-${String(at).padStart(3, "0")}`,
    {
      tokens: [`token-${at}`],
      sites: Array.from({ length: 40 }, (_, step) => siteName((at * 7 + step) % CROWD.sites)),
    },
  ]));
}

function stateOf(scene: Scene, nowMs: number): StorageState {
  const names = scene === "crowded"
    ? Array.from({ length: CROWD.sites }, (_, at) => siteName(at))
    : NAMES;
  const ends = [10 * HOUR_MS, 3 * DAY_MS, 40 * DAY_MS, 400 * DAY_MS];
  const cookies = names.flatMap((domain, at): StateCookie[] => {
    const endMs = nowMs + (ends[at % (scene === "crowded" ? 97 : 4)] ?? 90 * DAY_MS + at * DAY_MS);
    const login = cookie("session_id", domain, at % 5 === 4 ? -1 : Math.round(endMs / 1_000));
    return [login, cookie("theme", domain, Math.round(nowMs / 1_000) + 9_000_000)];
  });
  const origins = names.filter((_, at) => at % 3 === 0).map((domain, at) => ({
    origin: `https://${domain}`,
    localStorage: [{ name: at % 2 === 0 ? "auth_token" : "layout", value: `${VALUE_MARK}s${at}` }],
  }));
  return { cookies, origins };
}

function siteName(at: number): string {
  return `site-${String(at).padStart(3, "0")}.example`;
}

function cookie(name: string, domain: string, expires: number): StateCookie {
  return {
    ...{ name, value: `${VALUE_MARK}${name}-${domain}`, domain, path: "/", expires },
    ...{ httpOnly: true, secure: true, sameSite: "Lax" },
  };
}

function manifestOf(scene: Scene, { cookies, origins }: StorageState, writtenMs: number): Manifest {
  const iso = (atMs: number) => new Date(atMs).toISOString();
  const generations = [52, 11, 1, 0].map((hours, at) => ({
    number: 38 + at,
    writtenAt: iso(writtenMs - hours * HOUR_MS),
    sha256: String(at).repeat(64),
    sizeBytes: 12_000,
    browser: { product: "Chrome/156.0.7103.25", id: "run-1" },
    cookies: cookies.length,
    origins: origins.length,
    keptSessionCookies: [],
    ...(at === 2 ? { restoredFrom: 38 } : {}),
  }));
  return {
    version: 1,
    generations,
    lastRefusal: scene !== "refused" ? null : {
      since: iso(writtenMs + 60_000),
      rule: "lost_share",
      sites: [{ site: "github.com", cookies: 2, origins: 1 }],
      text: "Refused to publish: 9 of 12 sites would be gone, among them github.com",
    },
  };
}
