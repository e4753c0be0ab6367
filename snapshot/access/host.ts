/**
 * Host names as a browser compares them: lower case, IDN as punycode, IP literals in one spelling.
 *
 * What a grant names, what a cookie belongs to and where an origin is are compared only after they
 * went through here, and a text a browser would not take for a host belongs to nobody. A dot at the
 * end makes another host, as it does for a browser's cookies (RFC 6265 compares names as they are).
 *
 * @module
 */
import { getDomain, getPublicSuffix, parse } from "tldts";

/** Private suffixes count: the sites below `github.io` belong to different people. */
const SUFFIXES = { allowPrivateDomains: true, extractHostname: false } as const;

/** What the URL parser would drop, decode or take for the end of the host. */
const FOREIGN = /[\p{Cc}\p{Z}/?#@\\%]/u;

const PLAIN = /^(?:[a-z0-9_-]+\.)*[a-z_-]+$/;

/**
 * The one spelling of a host.
 *
 * @param text A host without scheme, port or path; an IPv6 address in brackets.
 * @returns The host, or `undefined` where the text is none.
 */
export function canonicalHost(text: string): string | undefined {
  // Most names are in that spelling already, and a snapshot holds thousands.
  if (PLAIN.test(text) && text.length <= 253) return text;
  if (text === "" || text.length > 255 || FOREIGN.test(text)) return undefined;
  if (text.includes(":") !== (text.startsWith("[") && text.endsWith("]"))) return undefined;
  const url = `http://${text}/`;
  if (!URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  if (hostname.startsWith("[")) return hostname;
  // The parser lets marks such as "*" and "!" pass, and empty labels.
  return /^(?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?$/.test(hostname) ? hostname : undefined;
}

/** Whether a canonical host is an IP address. */
export function isIpAddress(host: string): boolean {
  return host.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Whether a canonical host is another or stands below it: `a.example.com` is below `example.com`,
 * `evil-example.com` is not (RFC 6265, section 5.1.3).
 */
export function isAtOrBelow(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && !isIpAddress(host));
}

/**
 * The site a canonical host belongs to: its registrable domain, or the host itself where it has
 * none, such as an address, a single word or a public suffix.
 */
export function siteOf(host: string): string {
  return getDomain(host, SUFFIXES) ?? host;
}

/** Whether a canonical host is a name under which different people register sites of their own. */
export function isListedSuffix(host: string): boolean {
  if (getPublicSuffix(host, SUFFIXES) !== host) return false;
  const { isIcann, isPrivate } = parse(host, SUFFIXES);
  return isIcann === true || isPrivate === true;
}

/** Whether a canonical host has names below it that are its own. */
export function ownsNamesBelow(host: string): boolean {
  return getDomain(host, SUFFIXES) !== null;
}
