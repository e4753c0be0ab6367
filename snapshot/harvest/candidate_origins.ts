/**
 * Which origins may hold storage, from everything that hints at one.
 *
 * There is no command that lists the origins of a profile, so the list is the union of hints: open
 * tabs first, since the person is there now, then what was visited, what has a quota bucket, what
 * was known before, and the hosts of cookies.
 *
 * @module
 */
import { isWebOrigin } from "../storage_state.ts";
import type { StateCookie } from "../storage_state.ts";

/** Hints, each a list of URLs, origins or storage keys in any form. */
export interface OriginHints {
  /** URLs of open tabs and frames. */
  readonly open: readonly string[];
  /** URLs of the browsing history, newest first. */
  readonly visited: readonly string[];
  /** Storage keys of quota buckets. */
  readonly buckets: readonly string[];
  /** Origins of earlier harvests. */
  readonly known: readonly string[];
  /** Cookies of the profile. */
  readonly cookies: readonly StateCookie[];
}

/**
 * The origins to read, without repetition, the likeliest first.
 *
 * @param hints URLs and keys; what is no web origin is passed over.
 */
export function candidateOrigins(hints: OriginHints): readonly string[] {
  const origins = new Set<string>();
  const add = (text: string) => {
    const origin = originOf(text);
    if (origin !== undefined) origins.add(origin);
  };
  for (const list of [hints.open, hints.buckets, hints.known, hints.visited]) list.forEach(add);
  for (const cookie of hints.cookies) cookieOrigins(cookie).forEach(add);
  return [...origins];
}

/**
 * The origin of a web page's URL or of a first-party storage key.
 *
 * @param text A URL, an origin, or a storage key such as `https://example.com/`.
 * @returns `undefined` for anything else, such as `chrome://` pages and partitioned keys
 * (`https://embedded.example/^0https://top.example`).
 */
export function originOf(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || text.includes("^") || !URL.canParse(text)) return undefined;
  const { origin } = new URL(text);
  return isWebOrigin(origin) ? origin : undefined;
}

/**
 * Where the storage of a cookie's site may be. A cookie names no port, so only default ports are
 * guessed; and a cookie for a whole domain is most often set by the domain itself or its www.
 */
function cookieOrigins({ domain, secure }: StateCookie): readonly string[] {
  const host = domain.replace(/^\./, "");
  const hosts = domain.startsWith(".") && !host.startsWith("www.") ? [host, `www.${host}`] : [host];
  const schemes = secure ? ["https"] : ["https", "http"];
  return hosts.flatMap((name) => schemes.map((scheme) => `${scheme}://${name}`));
}
