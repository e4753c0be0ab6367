/**
 * The inventory: which sites a snapshot holds a login of, and until when. Never a value.
 *
 * @module
 */
import { canonicalHost, siteOf } from "../access/host.ts";
import { hostOfOrigin } from "../access/grant.ts";
import type { StateCookie, StateOrigin, StorageState } from "../storage_state.ts";
import { cookieUnit, originUnit } from "./change_ledger.ts";
import { cookieLogin, hasStoredLogin, type LoginKind } from "./login_kind.ts";

/** What is known of one site. */
export interface SiteRow {
  /** The registrable domain; the host itself where it has none. */
  readonly site: string;
  /** Origins with storage. */
  readonly origins: readonly string[];
  /** How many cookies have not expired. */
  readonly cookieCount: number;
  /** How many of them are partitioned. */
  readonly partitionedCookieCount: number;
  /** What its login seems to rest on; empty where nothing looks like one. */
  readonly login: readonly LoginKind[];
  /** Since when cookies and storage are what they are, as far back as generations are kept. */
  readonly lastChangedAt?: string;
  /** When the first of the persistent cookies expires. */
  readonly earliestExpiryAt?: string;
  /** When the last of the persistent cookies expires. */
  readonly latestExpiryAt?: string;
  /** How many cookies expire within 24 hours. */
  readonly expiringWithin24Hours: number;
  /** How many cookies expire within 7 days. */
  readonly expiringWithin7Days: number;
  /** Whether the login, or all there is, goes when the browser is restarted. */
  readonly isLostOnRestart: boolean;
}

/** What the rows depend on besides the state. */
export interface SiteRowsOptions {
  /** Milliseconds since the epoch. */
  nowMs: number;
  /** Since when a part is what it is, by its unit (see `change_ledger.ts`). */
  changedMs?: (unit: string) => number | undefined;
}

const HOUR_MS = 3_600_000;

/**
 * One row per site, by name.
 *
 * @param state What the reader may see, filtered already.
 * @param options Now, and what is known of changes.
 */
export function siteRows(state: StorageState, options: SiteRowsOptions): readonly SiteRow[] {
  const sites = new Map<string, { cookies: StateCookie[]; origins: StateOrigin[] }>();
  const of = (site: string) => {
    const found = sites.get(site) ?? { cookies: [], origins: [] };
    sites.set(site, found);
    return found;
  };
  for (const cookie of state.cookies) {
    if (cookie.expires !== -1 && cookie.expires * 1_000 <= options.nowMs) continue;
    const domain = cookie.domain.replace(/^\./, "");
    of(siteOf(canonicalHost(domain) ?? domain)).cookies.push(cookie);
  }
  for (const origin of state.origins) {
    of(siteOf(hostOfOrigin(origin.origin) ?? origin.origin)).origins.push(origin);
  }
  return [...sites].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([site, parts]) => siteRow(site, parts.cookies, parts.origins, options));
}

function siteRow(
  site: string,
  cookies: readonly StateCookie[],
  origins: readonly StateOrigin[],
  { nowMs, changedMs }: SiteRowsOptions,
): SiteRow {
  const kinds = new Set(cookies.map(cookieLogin).filter((kind) => kind !== undefined));
  if (origins.some(hasStoredLogin)) kinds.add("token_in_storage");
  const login = [...kinds].sort();
  const expiries = cookies.filter(({ expires }) => expires !== -1)
    .map(({ expires }) => expires * 1_000);
  const within = (hours: number) =>
    expiries.filter((atMs) => atMs <= nowMs + hours * HOUR_MS).length;
  const changes = [...cookies.map(cookieUnit), ...origins.map(originUnit)]
    .map((unit) => changedMs?.(unit)).filter((atMs) => atMs !== undefined);
  const isAllSession = origins.length === 0 && expiries.length === 0;
  return {
    site,
    origins: origins.map(({ origin }) => origin).sort(),
    cookieCount: cookies.length,
    partitionedCookieCount: cookies.filter((cookie) => cookie.partitionKey !== undefined).length,
    login,
    ...time("lastChangedAt", changes, Math.max),
    ...time("earliestExpiryAt", expiries, Math.min),
    ...time("latestExpiryAt", expiries, Math.max),
    expiringWithin24Hours: within(24),
    expiringWithin7Days: within(7 * 24),
    isLostOnRestart: login.length === 0 ? isAllSession : login.join() === "session_cookie",
  };
}

function time<K extends string>(
  key: K,
  times: readonly number[],
  pick: (a: number, b: number) => number,
): { [key in K]?: string } {
  if (times.length === 0) return {};
  const atMs = times.reduce((a, b) => pick(a, b));
  return { [key]: new Date(atMs).toISOString() } as { [key in K]: string };
}
