/**
 * What the status page says, as plain data. It is built name by name from what may be told, so that
 * no value of a cookie or of storage can come along.
 *
 * @module
 */
import type { HealthState } from "../../core/health.ts";
import { type Grant, isWhole } from "../access/grant.ts";
import type { SiteRow } from "../inventory/site_rows.ts";
import type { Manifest } from "../manifest.ts";
import { pageFaults } from "./page_faults.ts";
import type { PageEvent } from "./page_history.ts";
import type { PartFacts } from "./part_watch.ts";
import { pipelineStages, type PullFacts, type StageFacts } from "./pipeline_stages.ts";
import { type Reader, type SiteFacts, siteFacts } from "./site_facts.ts";

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
  /** Who reads: the late ones first, then the last to have asked. */
  readonly pulls: readonly PullFacts[];
  /** What has happened, the last thing first. */
  readonly events: readonly Pick<PageEvent, "atMs" | "mood" | "text">[];
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
  readers: readonly Reader[];
  /** When they last did; the server's start for one who has not. */
  pulls: ReadonlyMap<string, number>;
  /** What is wrong with the server. */
  states: readonly HealthState[];
  /** The programs before it. */
  parts: readonly PartFacts[];
  /** What the server has seen happen. */
  history: readonly PageEvent[];
}

const HOUR_MS = 3_600_000;
const SOON_MS = 7 * 24 * HOUR_MS;
const MOST_EVENTS = 20;

/** As long as the alert SnapshotRefreshFailing waits. */
const LATE_MS = 2 * HOUR_MS;

/** Builds the page's facts. */
export function pageFacts(input: PageFactsInput): PageFacts {
  const { nowMs, viewer, manifest } = input;
  const mayKnowAll = isWhole(viewer.grant);
  const readers = mayKnowAll
    ? input.readers
    : input.readers.filter(({ name }) => name === viewer.name);
  const sites = siteFacts(input.rows, input.expiries, readers);
  const pulls = pullFacts(input, readers);
  const faults = pageFaults(input).map(({ mood, text, publicText, sinceMs }) => ({
    mood,
    // The sentences name paths, and what they say of sites is not for everybody.
    text: mayKnowAll ? text : publicText,
    sinceMs,
  }));
  const happened = input.history.flatMap(({ atMs, mood, text, publicText }) => {
    if (mayKnowAll) return [{ atMs, mood, text }];
    return publicText === undefined ? [] : [{ atMs, mood, text: publicText }];
  });
  const published = (manifest?.generations ?? []).map((entry) => ({
    atMs: Date.parse(entry.writtenAt),
    mood: "good" as const,
    text: entry.restoredFrom === undefined
      ? `Generation ${entry.number} was published`
      : `Generation ${entry.restoredFrom} was restored as ${entry.number}`,
  }));
  return {
    nowMs,
    viewer: viewer.name,
    isWhole: mayKnowAll,
    stages: pipelineStages(input, pulls),
    sites,
    expiring: sites.filter(({ login, expiresMs = Infinity }) =>
      login.length > 0 && expiresMs <= nowMs + SOON_MS
    ).sort((a, b) => (a.expiresMs ?? 0) - (b.expiresMs ?? 0)),
    faults,
    pulls,
    events: [...happened, ...published].sort((a, b) => b.atMs - a.atMs).slice(0, MOST_EVENTS),
  };
}

function pullFacts(
  { nowMs, startMs, pulls }: PageFactsInput,
  readers: readonly Reader[],
): readonly PullFacts[] {
  return readers.map(({ name }): PullFacts => {
    const lastMs = pulls.get(name) ?? startMs;
    const isLate = nowMs - lastMs > LATE_MS;
    return lastMs > startMs ? { name, atMs: lastMs, isLate } : { name, isLate };
  }).sort((a, b) =>
    Number(b.isLate) - Number(a.isLate) || (b.atMs ?? 0) - (a.atMs ?? 0) ||
    (a.name < b.name ? -1 : 1)
  );
}
