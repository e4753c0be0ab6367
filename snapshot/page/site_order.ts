/**
 * Which sites the page's table shows and in which order, as the page's address says it.
 *
 * @module
 */
import type { SiteFacts } from "./site_facts.ts";

/** What the table can be sorted by. */
export const SORT_KEYS = ["site", "login", "expires", "changed", "readers"] as const;

/** The table's view. */
export interface SiteOrder {
  /** What a site's name, login or reader has to contain. */
  readonly search: string;
  /** What it is sorted by. */
  readonly sort: typeof SORT_KEYS[number];
  /** Whether the last one comes first. */
  readonly isDescending: boolean;
  /** The site whose readers are all named. */
  readonly readersOf?: string;
}

/** Reads the view from a query; what is not understood is as if it were not there. */
export function parseSiteOrder(query: URLSearchParams): SiteOrder {
  const sort = SORT_KEYS.find((key) => key === query.get("sort")) ?? "expires";
  const search = (query.get("q") ?? "").trim().slice(0, 100);
  const readersOf = query.get("readers");
  return {
    search,
    sort,
    isDescending: query.get("dir") === "desc",
    ...(readersOf === null ? {} : { readersOf }),
  };
}

/** The query of a view, such as `?sort=expires`. */
export function siteOrderQuery(order: SiteOrder): string {
  const { search, sort, isDescending, readersOf } = order;
  const query = new URLSearchParams({ sort });
  if (search !== "") query.set("q", search);
  if (isDescending) query.set("dir", "desc");
  if (readersOf !== undefined) query.set("readers", readersOf);
  return `?${query}`;
}

/** The sites of a view. What has no value comes last in either direction. */
export function orderSites(sites: readonly SiteFacts[], order: SiteOrder): readonly SiteFacts[] {
  const wanted = order.search.toLowerCase();
  const sign = order.isDescending ? -1 : 1;
  return sites.filter(({ site, login, readers }) =>
    [site, ...login.map((kind) => kind.replaceAll("_", " ")), ...readers.map(({ name }) => name)]
      .some((text) => text.toLowerCase().includes(wanted))
  ).sort((a, b) => {
    const [left, right] = [keyOf(a, order.sort), keyOf(b, order.sort)];
    if (left === right) return a.site < b.site ? -1 : 1;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return left < right ? -sign : sign;
  });
}

function keyOf(facts: SiteFacts, sort: SiteOrder["sort"]): string | number | undefined {
  switch (sort) {
    case "site":
      return facts.site;
    case "login":
      return facts.login.length === 0 ? undefined : facts.login.join();
    case "expires":
      // A cookie that is nobody's login ends unnoticed.
      return facts.login.length === 0 ? undefined : facts.expiresMs;
    case "changed":
      return facts.changedMs;
    case "readers":
      return facts.readers.length;
  }
}
