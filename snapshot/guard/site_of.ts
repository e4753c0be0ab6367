/**
 * The site a host belongs to: its registrable domain by the Public Suffix List, private suffixes
 * (such as `github.io`) included, since those are different people's sites.
 *
 * @module
 */
import { getDomain } from "tldts";

/**
 * The site of a cookie's domain or of a host.
 *
 * @param host Such as `.www.example.co.uk`, `localhost` or `127.0.0.1`.
 * @returns The registrable domain; the host itself where it has none.
 */
export function siteOfHost(host: string): string {
  const bare = host.replace(/^\./, "");
  return getDomain(bare, { allowPrivateDomains: true }) ?? bare;
}

/** The site of an origin such as `https://www.example.com:8443`. */
export function siteOfOrigin(origin: string): string {
  return siteOfHost(URL.canParse(origin) ? new URL(origin).hostname : origin);
}
