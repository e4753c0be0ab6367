/**
 * An entry of `sites` or `deny`: which host it means, or why it cannot be one.
 *
 * An entry has to be written the way it is compared, so that whoever reads the file sees what it
 * grants: no scheme, no port, no look-alike spelling. A public suffix may be denied, never allowed.
 *
 * @module
 */
import { canonicalHost, isListedSuffix } from "./host.ts";

/** The entry's canonical host, or what is wrong with it. */
export type SiteEntry = { readonly host: string } | { readonly fault: string };

/**
 * Reads one entry.
 *
 * @param text As it stands in the file or on a command line.
 * @param isDenied Whether it takes away; a public suffix may do that.
 */
export function parseSiteEntry(text: string, isDenied: boolean): SiteEntry {
  if (/[\p{Cc}\p{Cf}\p{Z}]/u.test(text)) {
    return { fault: "must not hold blanks, control or invisible characters" };
  }
  if (/^[a-z]+:\/\//i.test(text) || /[/?#@]/.test(text)) {
    return { fault: "must be a host such as example.com, without scheme, user or path" };
  }
  if (/^\*?\./.test(text)) {
    return { fault: "must be a host such as example.com, which stands for all below it too" };
  }
  if (/[^:]:\d+$/.test(text) && !isBareAddress(text)) {
    return { fault: "must be a host without a port: a grant covers every port" };
  }
  if (text.endsWith(".")) return { fault: "must be written without the dot at its end" };
  const host = canonicalHost(isBareAddress(text) ? `[${text}]` : text);
  if (host === undefined) return { fault: "must be a host such as example.com" };
  const isSame = host === text.toLowerCase() || host === `[${text.toLowerCase()}]`;
  // deno-lint-ignore no-control-regex -- everything that is not ASCII
  const isIdn = /[^\x00-\x7f]/.test(text) && /(?:^|\.)xn--/.test(host);
  if (!isSame && !isIdn) return { fault: `must be written as "${host}"` };
  if (!isDenied && isListedSuffix(host)) {
    return { fault: "must be a site, not a public suffix: name one below it" };
  }
  return { host };
}

/** IPv6 may stand without the brackets that a URL needs. */
function isBareAddress(text: string): boolean {
  return text.split(":").length > 2 && !text.startsWith("[");
}
