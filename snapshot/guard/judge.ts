/**
 * Whether a candidate may replace the last good generation.
 *
 * A browser that came back with a wiped, fresh or half-read profile looks exactly like a person
 * who logged out everywhere. What tells them apart is whether the loss was seen to happen, so
 * what nobody has seen, and no expiry explains, is refused where it is large or follows a restart.
 * Pure: the rules and why they are so stand in docs/decisions/session_cookies_after_a_restart.md.
 *
 * @module
 */
import type { StateCookie, StateOrigin } from "../storage_state.ts";
import { loginsBySite, type SiteLogins } from "./login_signs.ts";
import { siteOfHost } from "./site_of.ts";

/** A state as the browser itself has it: without cookies that are only kept. */
export interface OwnState {
  /** Its cookies. */
  readonly cookies: readonly StateCookie[];
  /** Its origins. */
  readonly origins: readonly StateOrigin[];
}

/** What is known beside the two states. */
export interface GuardFacts {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Whether the last generation is of another run of the browser, or of an unknown one. */
  readonly isRestarted: boolean;
  /** Sites whose logins were seen to go while this browser ran. */
  readonly seenLogouts: ReadonlySet<string>;
  /** Whether the person wants it published whatever is missing. */
  readonly isForced: boolean;
  /** The share of sites with a login that may be lost at once, in percent. */
  readonly maxLostPercent: number;
}

/** A site that lost everything. */
export interface LostSite {
  /** Its registrable domain. */
  readonly site: string;
  /** How many cookies that look like a login it had; all cookies where none looks like one. */
  readonly cookies: number;
  /** How many origins with a login in their storage it had. */
  readonly origins: number;
}

/** Which rule a candidate broke. */
export type RefusalRule = "empty_jar" | "lost_in_restart" | "lost_share";

/** What to do with a candidate. */
export type Verdict =
  | { readonly kind: "publish" }
  | { readonly kind: "refuse"; readonly rule: RefusalRule; readonly sites: readonly LostSite[] };

/** So few sites may always go while the browser runs: a person can log out of that many. */
export const FLOOR_SITES = 3;

/**
 * Judges a candidate.
 *
 * @param previous The last good generation, or `undefined` where there is none.
 * @param candidate What would replace it.
 * @param facts What else is known.
 */
export function judge(
  previous: OwnState | undefined,
  candidate: OwnState,
  facts: GuardFacts,
): Verdict {
  if (previous === undefined || facts.isForced) return { kind: "publish" };
  const expected = previous.cookies.filter((cookie) => isExpected(cookie, facts));
  const before = loginsBySite({ cookies: expected, origins: previous.origins });
  const after = loginsBySite(candidate);
  const lost = [...before].filter(([site]) => !after.has(site) && !facts.seenLogouts.has(site))
    .map(([site, logins]) => toLostSite(site, logins)).sort(bySite);

  if (candidate.cookies.length === 0) {
    const emptied = emptiedSites(expected, lost, facts);
    if (emptied.length > 0) return { kind: "refuse", rule: "empty_jar", sites: emptied };
  }
  if (facts.isRestarted && lost.length > 0) {
    return { kind: "refuse", rule: "lost_in_restart", sites: lost };
  }
  const isLarge = lost.length > FLOOR_SITES &&
    lost.length * 100 > before.size * facts.maxLostPercent;
  return isLarge ? { kind: "refuse", rule: "lost_share", sites: lost } : { kind: "publish" };
}

/** Whether a cookie of the last generation should still be there. */
function isExpected({ expires }: StateCookie, { nowMs, isRestarted }: GuardFacts): boolean {
  // A session cookie ends with the browser: losing it in a restart proves nothing.
  return expires === -1 ? !isRestarted : expires * 1_000 > nowMs;
}

/** Every site that had cookies and for whose loss there is no explanation. */
function emptiedSites(
  expected: readonly StateCookie[],
  lost: readonly LostSite[],
  { seenLogouts }: GuardFacts,
): readonly LostSite[] {
  const bySiteName = new Map(lost.map((one) => [one.site, one]));
  const cookies = Map.groupBy(expected, ({ domain }) => siteOfHost(domain));
  for (const [site, list] of cookies) {
    if (bySiteName.has(site) || seenLogouts.has(site)) continue;
    bySiteName.set(site, { site, cookies: list.length, origins: 0 });
  }
  return cookies.size === 0 ? [] : [...bySiteName.values()].sort(bySite);
}

function toLostSite(site: string, { cookies, origins }: SiteLogins): LostSite {
  return { site, cookies, origins };
}

function bySite(a: LostSite, b: LostSite): number {
  return a.site < b.site ? -1 : a.site > b.site ? 1 : 0;
}
