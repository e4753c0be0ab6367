/**
 * What the page says of a site, and who may have it.
 *
 * @module
 */
import { coversHost, type Grant } from "../access/grant.ts";
import { isAtOrBelow } from "../access/host.ts";
import type { LoginKind } from "../inventory/login_kind.ts";
import type { SiteRow } from "../inventory/site_rows.ts";

/** Somebody who may read, and what. */
export interface Reader {
  /** Who. */
  readonly name: string;
  /** What. */
  readonly grant: Grant;
}

/** One site. */
export interface SiteFacts {
  /** The registrable domain. */
  readonly site: string;
  /** What its login seems to rest on. */
  readonly login: readonly LoginKind[];
  /** When its login expires, or else the last of what it keeps. */
  readonly expiresMs?: number;
  /** Whether it goes when the browser is restarted. */
  readonly isLostOnRestart: boolean;
  /** Since when it is as it is. */
  readonly changedMs?: number;
  /** Who may have it, by name; `isPart` where not every host of it. */
  readonly readers: readonly { readonly name: string; readonly isPart: boolean }[];
}

/**
 * Builds them.
 *
 * @param rows The inventory of what the viewer may know.
 * @param expiries Until when logins last, by site.
 * @param readers Those the viewer may know of.
 */
export function siteFacts(
  rows: readonly SiteRow[],
  expiries: ReadonlyMap<string, number>,
  readers: readonly Reader[],
): readonly SiteFacts[] {
  const indexed = readers.map((reader) => ({ reader, mayHave: mayHaveOf(reader) }));
  return rows.map((row) => {
    const { site, login, isLostOnRestart, lastChangedAt, latestExpiryAt } = row;
    const above = atOrAbove(site);
    const lastMs = latestExpiryAt === undefined ? undefined : Date.parse(latestExpiryAt);
    const expiresMs = expiries.get(site) ?? lastMs;
    return {
      ...{ site, login, isLostOnRestart },
      ...(expiresMs === undefined ? {} : { expiresMs }),
      ...(lastChangedAt === undefined ? {} : { changedMs: Date.parse(lastChangedAt) }),
      readers: indexed.flatMap(({ reader, mayHave }) =>
        mayHave(above) ? readingOf(reader, site) : []
      ),
    };
  });
}

/**
 * Passes over the sites that a reader has nothing of. To ask each of hundreds of readers about each
 * of hundreds of sites would be most of what a page costs.
 *
 * @returns Decides by the names at and above a site.
 */
function mayHaveOf({ grant }: Reader): (above: readonly string[]) => boolean {
  if (grant.sites === "*") return () => true;
  const entries = new Set(grant.sites);
  const around = new Set(grant.sites.flatMap(atOrAbove));
  return (above) =>
    (above[0] !== undefined && around.has(above[0])) || above.some((name) => entries.has(name));
}

/** A host, its parent, and so on. */
function atOrAbove(host: string): readonly string[] {
  const names = [host];
  for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
    names.push(host.slice(dot + 1));
  }
  return names;
}

function readingOf({ name, grant }: Reader, site: string): SiteFacts["readers"] {
  const isDenied = grant.deny.some((denied) => isAtOrBelow(denied, site));
  if (coversHost(grant, site)) return [{ name, isPart: isDenied }];
  const hasPart = grant.sites !== "*" &&
    grant.sites.some((entry) => isAtOrBelow(entry, site) && coversHost(grant, entry));
  return hasPart ? [{ name, isPart: true }] : [];
}
