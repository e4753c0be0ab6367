/**
 * Which sites a user's agents may be logged in to.
 *
 * @module
 */
import { getPublicSuffix } from "tldts";

/** What a site must be, as part of a sentence. */
export const SITE_RULE = 'must be a host or domain such as "example.com", without scheme or path';

/** What it must be where it is a suffix that many people register names below. */
const SUFFIX_RULE = "must be a domain of one owner, not a suffix shared by many";

/**
 * Why a text cannot stand in `browser.sites`.
 *
 * @param site The text.
 * @returns The `must be …` part of a sentence, or `undefined` where the site is fine.
 */
export function siteFault(site: string): string | undefined {
  const canonical = canonicalHost(site);
  if (canonical === undefined) return SITE_RULE;
  // One spelling only, so that what is granted and what is compared are the same text.
  if (canonical !== site) return `must be written "${canonical}"`;
  const isAddress = /^\d+(?:\.\d+){3}$/.test(site) || site === "localhost";
  const suffix = getPublicSuffix(site, { allowPrivateDomains: true, extractHostname: false });
  return suffix === site && !isAddress ? SUFFIX_RULE : undefined;
}

/** The host as a browser writes it; nothing for a text that is more or less than a host. */
function canonicalHost(text: string): string | undefined {
  if (text.length > 253 || /[\p{Cc}\p{Z}/?#@\\%:[\]*]/u.test(text)) return undefined;
  const url = `http://${text}/`;
  if (!URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  return hostname === "" || /^\.|\.\.|\.$/.test(hostname) ? undefined : hostname;
}
