/**
 * The site of a cookie's domain and of an origin: the same sites that grants name.
 *
 * @module
 */
import { siteOf } from "../access/host.ts";

/**
 * The site of a cookie's domain.
 *
 * @param domain Such as `.www.example.co.uk`, `localhost` or `127.0.0.1`.
 * @returns The registrable domain; the host itself where it has none.
 */
export function siteOfHost(domain: string): string {
  return siteOf(domain.replace(/^\./, ""));
}

/** The site of an origin such as `https://www.example.com:8443`. */
export function siteOfOrigin(origin: string): string {
  return siteOfHost(URL.canParse(origin) ? new URL(origin).hostname : origin);
}
