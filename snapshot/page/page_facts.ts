/**
 * What the status page says, as plain data. It is built name by name from what may be told, so that
 * no value of a cookie or of storage can come along.
 *
 * @module
 */
import type { HealthState } from "../../core/health.ts";
import { coversHost, type Grant, isWhole } from "../access/grant.ts";
import { isAtOrBelow } from "../access/host.ts";
import type { LoginKind } from "../inventory/login_kind.ts";
import type { SiteRow } from "../inventory/site_rows.ts";
import type { Manifest } from "../manifest.ts";

/** How a stage stands. */
export type StageMood = "good" | "warning" | "bad" | "unknown";

/** One stage of the pipeline. */
export interface StageFacts {
  /** Its name. */
  readonly name: "browser" | "harvest" | "publish" | "serve" | "pulls";
  /** How it stands. */
  readonly mood: StageMood;
  /** What there is to say, in a few words. */
  readonly text: string;
  /** When it last did something, in milliseconds since the epoch. */
  readonly atMs?: number;
}

/** One site. */
export interface SiteFacts {
  /** The registrable domain. */
  readonly site: string;
  /** What its login seems to rest on. */
  readonly login: readonly LoginKind[];
  /** When its login expires, or else the last of what it keeps. */
  readonly expiresMs?: number;
  /** Whether it goes when the browser is restarted. */
  readonly isLostOnRestart: boolean;
  /** Since when it is as it is. */
  readonly changedMs?: number;
  /** Who may have it, by name; `isPart` where not every host of it. */
  readonly readers: readonly { readonly name: string; readonly isPart: boolean }[];
}

/** The page. */
export interface PageFacts {
  /** When this was so. */
  readonly nowMs: number;
  /** Who looks. */
  readonly viewer: string;
  /** Whether they may know of everything. */
  readonly isWhole: boolean;
  /** From the browser to the readers. */
  readonly stages: readonly StageFacts[];
  /** By name. */
  readonly sites: readonly SiteFacts[];
  /** Logins that end within seven days, the first one first. */
  readonly expiring: readonly SiteFacts[];
  /** What is wrong, and what was refused. */
  readonly faults: readonly {
    readonly mood: "warning" | "bad";
    readonly text: string;
    readonly sinceMs: number;
  }[];
  /** Who reads; no time for one who has not asked since the server started. */
  readonly pulls: readonly { readonly name: string; readonly atMs?: number }[];
  /** What has happened, the last thing first. */
  readonly events: readonly { readonly atMs: number; readonly text: string }[];
}

/** What is known. */
export interface PageFactsInput {
  /** Now, in milliseconds since the epoch. */
  nowMs: number;
  /** When the server started. */
  startMs: number;
  /** Who looks, and at what. */
  viewer: { readonly name: string; readonly grant: Grant };
  /** When the snapshot was written, where there is one. */
  snapshot: { readonly modifiedMs: number } | undefined;
  /** The inventory of what the viewer may know. */
  rows: readonly SiteRow[];
  /** Until when logins last, by site. */
  expiries: ReadonlyMap<string, number>;
  /** What the harvester keeps beside the snapshot. */
  manifest: Manifest | undefined;
  /** Everybody who may read. */
  readers: readonly { readonly name: string; readonly grant: Grant }[];
  /** When they last did; the server's start for one who has not. */
  pulls: ReadonlyMap<string, number>;
  /** What is wrong. */
  states: readonly HealthState[];
}

const SOON_MS = 7 * 24 * 3_600_000;
const MOST_EVENTS = 20;

/** Builds the page's facts. */
export function pageFacts(input: PageFactsInput): PageFacts {
  const { nowMs, viewer, manifest, states } = input;
  const mayKnowAll = isWhole(viewer.grant);
  const readers = mayKnowAll
    ? input.readers
    : input.readers.filter(({ name }) => name === viewer.name);
  const sites = input.rows.map((row) => siteFacts(row, input.expiries, readers));
  const pulls = readers.map(({ name }) => {
    const atMs = input.pulls.get(name) ?? input.startMs;
    return atMs > input.startMs ? { name, atMs } : { name };
  });
  const refusal = manifest?.lastRefusal ?? undefined;
  const generations = manifest?.generations ?? [];
  const faults = [
    ...states.map(({ name, severity, text, sinceMs }) => ({
      mood: severity === "error" ? "bad" as const : "warning" as const,
      // The sentences name paths, and what they say of sites is not for everybody.
      text: mayKnowAll ? text : name.replaceAll("_", " "),
      sinceMs,
    })),
    ...(refusal === undefined ? [] : [{
      mood: "bad" as const,
      text: mayKnowAll
        ? refusal.text
        : `The harvest was refused: ${refusal.rule.replaceAll("_", " ")}`,
      sinceMs: Date.parse(refusal.since),
    }]),
  ];
  const events = [
    { atMs: input.startMs, text: "The snapshot server started" },
    ...faults.map(({ sinceMs, text }) => ({ atMs: sinceMs, text })),
    ...generations.map((entry) => ({
      atMs: Date.parse(entry.writtenAt),
      text: entry.restoredFrom === undefined
        ? `Generation ${entry.number} was published`
        : `Generation ${entry.restoredFrom} was restored as ${entry.number}`,
    })),
  ];
  return {
    nowMs,
    viewer: viewer.name,
    isWhole: mayKnowAll,
    stages: stages(input, pulls),
    sites,
    expiring: sites.filter(({ login, expiresMs = Infinity }) =>
      login.length > 0 && expiresMs <= nowMs + SOON_MS
    ).sort((a, b) => (a.expiresMs ?? 0) - (b.expiresMs ?? 0)),
    faults,
    pulls: pulls.sort((a, b) => (b.atMs ?? 0) - (a.atMs ?? 0)),
    events: events.sort((a, b) => b.atMs - a.atMs).slice(0, MOST_EVENTS),
  };
}

function siteFacts(
  row: SiteRow,
  expiries: ReadonlyMap<string, number>,
  readers: PageFactsInput["readers"],
): SiteFacts {
  const { site, login, isLostOnRestart, lastChangedAt, latestExpiryAt } = row;
  const lastMs = latestExpiryAt === undefined ? undefined : Date.parse(latestExpiryAt);
  const expiresMs = expiries.get(site) ?? lastMs;
  return {
    site,
    login,
    isLostOnRestart,
    ...(expiresMs === undefined ? {} : { expiresMs }),
    ...(lastChangedAt === undefined ? {} : { changedMs: Date.parse(lastChangedAt) }),
    readers: readers.flatMap(({ name, grant }) => {
      const isDenied = grant.deny.some((denied) => isAtOrBelow(denied, site));
      if (coversHost(grant, site)) return [{ name, isPart: isDenied }];
      const hasPart = grant.sites !== "*" &&
        grant.sites.some((entry) => isAtOrBelow(entry, site) && coversHost(grant, entry));
      return hasPart ? [{ name, isPart: true }] : [];
    }),
  };
}

function stages(
  { manifest, snapshot, states, startMs }: PageFactsInput,
  pulls: PageFacts["pulls"],
): readonly StageFacts[] {
  const last = manifest?.generations.at(-1);
  const writtenMs = last === undefined ? undefined : Date.parse(last.writtenAt);
  const at = (atMs: number | undefined) => atMs === undefined ? {} : { atMs };
  const browser = last?.browser ?? undefined;
  const refusal = manifest?.lastRefusal ?? undefined;
  const asked = pulls.filter(({ atMs }) => atMs !== undefined);
  const worst = states[0]?.severity;
  const isStale = states.some(({ name }) => name === "snapshot_stale");
  return [
    browser === undefined
      ? { name: "browser", mood: "unknown", text: "not known to this server" }
      // A generation is written when something changes: an old one says nothing of the browser.
      : {
        name: "browser",
        mood: "unknown",
        text: `${browser.product}, last change`,
        ...at(writtenMs),
      },
    refusal !== undefined
      ? { name: "harvest", mood: "bad", text: "refused", ...at(Date.parse(refusal.since)) }
      : last === undefined
      ? { name: "harvest", mood: "unknown", text: "no record of one" }
      : { name: "harvest", mood: "good", text: `generation ${last.number}`, ...at(writtenMs) },
    snapshot === undefined ? { name: "publish", mood: "bad", text: "no snapshot yet" } : {
      name: "publish",
      mood: isStale ? "bad" : "good",
      text: isStale ? "too old" : "written",
      atMs: snapshot.modifiedMs,
    },
    {
      name: "serve",
      mood: worst === "error" ? "bad" : worst === "warning" ? "warning" : "good",
      text: worst === "error" ? "not ready, started" : "up, started",
      atMs: startMs,
    },
    {
      name: "pulls",
      mood: asked.length === 0 ? "unknown" : "good",
      text: asked.length === 0
        ? "nobody since the start"
        : `${asked.length} of ${pulls.length} readers, last`,
      ...at(asked.length === 0 ? undefined : Math.max(...asked.map(({ atMs = 0 }) => atMs))),
    },
  ];
}
