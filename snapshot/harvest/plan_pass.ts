/**
 * Which origins a pass has to read, and which say what they said last time.
 *
 * Storage changes only while a document or a worker of its origin runs, and that leaves traces: an
 * open tab, a visit in History, a changed quota bucket, a changed cookie. An origin without any
 * since it was last read keeps its last reading, so that a large profile costs little.
 *
 * @module
 */
import type { StateCookie } from "../storage_state.ts";
import { candidateOrigins, originOf } from "./candidate_origins.ts";
import type { Ledger } from "./ledger.ts";

/** A URL or storage key, and when something happened there. */
export interface Trace {
  /** A URL, or the storage key of a quota bucket. */
  readonly text: string;
  /** When, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** What is known before a pass. */
export interface PassFacts {
  /** Origins open now. */
  readonly open: readonly string[];
  /** Visits in History, newest first. */
  readonly visited: readonly Trace[];
  /** Quota buckets and when they last changed. */
  readonly buckets: readonly Trace[];
  /** The profile's cookies now. */
  readonly cookies: readonly StateCookie[];
  /** The cookies of the last generation. */
  readonly previousCookies: readonly StateCookie[];
  /** What earlier passes have read; empty where it does not belong to the last generation. */
  readonly ledger: Ledger;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** What to do. */
export interface PassPlan {
  /** Origins to read, the likeliest to have changed first. */
  readonly read: readonly string[];
  /** Origins that keep their last reading. */
  readonly keep: readonly string[];
  /** The last trace of each origin, for the ledger. */
  readonly traces: ReadonlyMap<string, number>;
}

/** However quiet an origin is, it is read again after a day. */
const MAX_AGE_MS = 86_400_000;

/**
 * Plans a pass.
 *
 * @param facts What is known.
 */
export function planPass(facts: PassFacts): PassPlan {
  const { open, visited, buckets, cookies, previousCookies, ledger, nowMs } = facts;
  const candidates = candidateOrigins({
    open,
    visited: visited.map(({ text }) => text),
    buckets: buckets.map(({ text }) => text),
    known: Object.keys(ledger),
    cookies,
  });
  const traces = latestTraces([...visited, ...buckets]);
  const isOpen = new Set(open);
  const changedHosts = hostsOfChangedCookies(cookies, previousCookies);

  function mustRead(origin: string): boolean {
    const entry = ledger[origin];
    if (entry === undefined || entry.wasOpen || isOpen.has(origin)) return true;
    const ageMs = nowMs - entry.readMs;
    // A clock that was set back makes every age meaningless.
    if (ageMs < 0 || ageMs > MAX_AGE_MS) return true;
    // Another time, not a later one: Chromium writes its traces with a delay, and clocks jump.
    if ((traces.get(origin) ?? 0) !== entry.traceMs) return true;
    return changedHosts.has(new URL(origin).hostname);
  }

  const read = candidates.filter(mustRead);
  const reading = new Set(read);
  return { read, keep: candidates.filter((origin) => !reading.has(origin)), traces };
}

function latestTraces(traces: readonly Trace[]): ReadonlyMap<string, number> {
  const latest = new Map<string, number>();
  for (const { text, atMs } of traces) {
    const origin = originOf(text);
    if (origin !== undefined) latest.set(origin, Math.max(atMs, latest.get(origin) ?? 0));
  }
  return latest;
}

/** Hosts with a cookie that is new, gone or different; a domain's cookie counts for its www too. */
function hostsOfChangedCookies(
  now: readonly StateCookie[],
  before: readonly StateCookie[],
): ReadonlySet<string> {
  const identity = (cookie: StateCookie) =>
    [cookie.domain, cookie.path, cookie.name, cookie.partitionKey, cookie.value].join("\n");
  const known = new Set(before.map(identity));
  const current = new Set(now.map(identity));
  const changed = [
    ...now.filter((cookie) => !known.has(identity(cookie))),
    ...before.filter((cookie) => !current.has(identity(cookie))),
  ];
  return new Set(changed.flatMap(({ domain }) => {
    const host = domain.replace(/^\./, "");
    return [host, `www.${host}`];
  }));
}
