/**
 * What a subject may have of a snapshot: the one place that decides, for cookies, origins and the
 * inventory alike.
 *
 * A grant is a set of hosts. Each entry stands for the name it gives and every name below it; a
 * denied entry always wins. A thing is given only if **everything** it reaches is in that set:
 *
 * - a host-only cookie reaches its host; a cookie with a Domain attribute reaches that domain and
 *   all below it (RFC 6265, section 5.1.3), so that a grant of `a.example.com` never gets the
 *   cookie of `.example.com`, nor one of `example.com` that denies `admin.example.com`;
 * - a partitioned cookie reaches its own hosts and, besides, the site it is partitioned under;
 * - what a frame stores reaches the site it is partitioned under, besides its origin;
 * - an origin reaches its host. Scheme and port make no difference, as for cookies (RFC 6265,
 *   section 8.5).
 *
 * What cannot be parsed is given to nobody but those who may have everything.
 *
 * @module
 */
import { isWebOrigin, type StateCookie } from "../storage_state.ts";
import { canonicalHost, isAtOrBelow, ownsNamesBelow } from "./host.ts";

/** Sites that are allowed and denied, as canonical hosts. */
export interface Grant {
  /** Allowed sites and hosts, or all of them. */
  readonly sites: readonly string[] | "*";
  /** Denied sites and hosts; they win. */
  readonly deny: readonly string[];
  /** Whether cookies that end with the browser are withheld. */
  readonly hasNoSessionCookies: boolean;
}

/** Everything: what the one token of `PW_TOKEN` stands for. */
export const WHOLE_GRANT: Grant = { sites: "*", deny: [], hasNoSessionCookies: false };

/**
 * A text that is the same for grants that give the same.
 *
 * @param grant Entries in any order.
 */
export function grantKey({ sites, deny, hasNoSessionCookies }: Grant): string {
  const allowed = sites === "*" ? "*" : sites.toSorted();
  return JSON.stringify([allowed, deny.toSorted(), hasNoSessionCookies]);
}

/** Whether a grant gives the snapshot as it is. */
export function isWhole({ sites, deny, hasNoSessionCookies }: Grant): boolean {
  return sites === "*" && deny.length === 0 && !hasNoSessionCookies;
}

/**
 * Whether a canonical host is in the grant.
 *
 * @param grant Allowed and denied names.
 * @param host A canonical host.
 */
export function coversHost({ sites, deny }: Grant, host: string): boolean {
  if (deny.some((denied) => isAtOrBelow(host, denied))) return false;
  return sites === "*" || sites.some((site) => host === site || isBelowEntry(host, site));
}

/** Whether a name and every name below it is in the grant. */
export function coversAllBelow(grant: Grant, domain: string): boolean {
  if (grant.deny.some((denied) => isAtOrBelow(denied, domain))) return false;
  if (grant.sites === "*") return coversHost(grant, domain);
  return coversHost(grant, domain) && grant.sites.some((site) => isBelowEntry(domain, site));
}

/**
 * Whether a subject may have a cookie.
 *
 * @param grant What the subject may have.
 * @param cookie As the storage state writes it: a dot before the domain is the Domain attribute.
 */
export function mayHaveCookie(
  grant: Grant,
  cookie: Pick<StateCookie, "domain" | "expires" | "partitionKey">,
): boolean {
  if (isWhole(grant)) return true;
  if (grant.hasNoSessionCookies && cookie.expires === -1) return false;
  const hasDomain = cookie.domain.startsWith(".");
  const host = canonicalHost(hasDomain ? cookie.domain.slice(1) : cookie.domain);
  if (host === undefined) return false;
  if (!(hasDomain ? coversAllBelow(grant, host) : coversHost(grant, host))) return false;
  return cookie.partitionKey === undefined || mayHavePartition(grant, cookie.partitionKey);
}

/**
 * Whether a subject may know what is kept under a top-level site: it is there for every host of
 * the site, so that all of them have to be granted.
 *
 * @param grant What the subject may have.
 * @param topLevelSite Such as `https://example.com`.
 */
export function mayHavePartition(grant: Grant, topLevelSite: string): boolean {
  if (isWhole(grant)) return true;
  const host = hostOfOrigin(topLevelSite);
  if (host === undefined) return false;
  return ownsNamesBelow(host) ? coversAllBelow(grant, host) : coversHost(grant, host);
}

/**
 * Whether a subject may have the storage of an origin.
 *
 * @param grant What the subject may have.
 * @param origin Such as `https://example.com:8443`.
 */
export function mayHaveOrigin(grant: Grant, origin: string): boolean {
  if (isWhole(grant)) return true;
  const host = hostOfOrigin(origin);
  return host !== undefined && coversHost(grant, host);
}

/** The host of an `http:` or `https:` origin; `undefined` for a text that is more or less than one. */
export function hostOfOrigin(text: string): string | undefined {
  return isWebOrigin(text) ? canonicalHost(new URL(text).hostname) : undefined;
}

/** An address, or a single word such as "localhost", stands for itself only. */
function isBelowEntry(host: string, site: string): boolean {
  return isAtOrBelow(host, site) && ownsNamesBelow(site);
}
