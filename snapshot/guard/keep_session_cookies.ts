/**
 * Session cookies that the browser lost in a restart, kept for a while.
 *
 * Chromium forgets them when it ends, whatever ended it; the site does not, and its login is still
 * good. A copy is kept until the browser itself knows better. Pure: the rules and why they are so
 * stand in docs/decisions/session_cookies_after_a_restart.md.
 *
 * @module
 */
import type { StateCookie } from "../storage_state.ts";
import { cookieIdentity } from "./cookie_identity.ts";
import { siteOfHost } from "./site_of.ts";

/** A cookie of a snapshot that the browser no longer has. Never its value. */
export interface KeptCookie {
  /** Its name. */
  readonly name: string;
  /** Its domain, with a leading dot where it is for a whole domain. */
  readonly domain: string;
  /** Its path. */
  readonly path: string;
  /** The site of its partition, where it is partitioned. */
  readonly partitionKey?: string | undefined;
  /** Which half of that partition. */
  readonly _crHasCrossSiteAncestor?: boolean | undefined;
  /** When the browser was first seen without it, as an ISO 8601 time. */
  readonly since: string;
}

/** The last generation, as far as it matters here. */
export interface KeptBefore {
  /** All its cookies, kept ones included. */
  readonly cookies: readonly StateCookie[];
  /** Those of them that were kept. */
  readonly kept: readonly KeptCookie[];
}

/** What is known beside the cookies. */
export interface KeepFacts {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Whether the last generation is of another run of the browser, or of an unknown one. */
  readonly isRestarted: boolean;
  /** Sites the person has had open in this run. */
  readonly visitedSites: ReadonlySet<string>;
  /** How long a cookie is kept, in seconds; 0 keeps none. */
  readonly keepSeconds: number;
}

/** What is kept now. */
export interface KeptNow {
  /** The cookies with their values, for the snapshot. */
  readonly cookies: readonly StateCookie[];
  /** The same ones without, for the manifest; in the same order. */
  readonly kept: readonly KeptCookie[];
}

/**
 * Decides which session cookies to keep.
 *
 * @param before The last generation, or `undefined` where there is none.
 * @param own The cookies the browser has now.
 * @param facts What else is known.
 */
export function keepSessionCookies(
  before: KeptBefore | undefined,
  own: readonly StateCookie[],
  facts: KeepFacts,
): KeptNow {
  const { nowMs, isRestarted, visitedSites, keepSeconds } = facts;
  if (before === undefined || keepSeconds === 0) return { cookies: [], kept: [] };
  const marks = new Map(before.kept.map((mark) => [cookieIdentity(mark), mark]));
  const present = new Set(own.map(cookieIdentity));
  const alive = livelySites(before, own, facts, { marks, present });
  const cookies: StateCookie[] = [];
  const kept: KeptCookie[] = [];
  for (const cookie of before.cookies) {
    const identity = cookieIdentity(cookie);
    const mark = marks.get(identity);
    if (cookie.expires !== -1 || present.has(identity)) continue;
    // What goes while the browser runs was removed by somebody.
    if (mark === undefined && !isRestarted) continue;
    const site = siteOfHost(cookie.domain);
    if (visitedSites.has(site) || alive.has(site)) continue;
    const since = mark?.since ?? new Date(nowMs).toISOString();
    if (nowMs - Date.parse(since) >= keepSeconds * 1_000) continue;
    const { name, domain, path, partitionKey, _crHasCrossSiteAncestor } = cookie;
    cookies.push(cookie);
    kept.push({
      name,
      domain,
      path,
      ...(partitionKey === undefined ? {} : { partitionKey }),
      ...(_crHasCrossSiteAncestor === undefined ? {} : { _crHasCrossSiteAncestor }),
      since,
    });
  }
  return { cookies, kept };
}

/** Sites about which this run of the browser has something to say: they gave or took a cookie. */
function livelySites(
  before: KeptBefore,
  own: readonly StateCookie[],
  { nowMs, isRestarted }: KeepFacts,
  { marks, present }: { marks: ReadonlyMap<string, KeptCookie>; present: ReadonlySet<string> },
): ReadonlySet<string> {
  const known = new Set(before.cookies.map(cookieIdentity));
  const sites = new Set<string>();
  for (const cookie of own) {
    const identity = cookieIdentity(cookie);
    // New, or back again: either way the site has set it in this run.
    if (!known.has(identity) || marks.has(identity)) sites.add(siteOfHost(cookie.domain));
  }
  for (const cookie of before.cookies) {
    const identity = cookieIdentity(cookie);
    const hasExpired = cookie.expires !== -1 && cookie.expires * 1_000 <= nowMs;
    const isGone = !marks.has(identity) && !present.has(identity) && !hasExpired;
    if (isGone && !isRestarted) sites.add(siteOfHost(cookie.domain));
  }
  return sites;
}
