/**
 * The table of sites as HTML. Its roles are said, since a phone's style makes no table of it.
 *
 * @module
 */
import { html } from "hono/html";
import type { LoginKind } from "../inventory/login_kind.ts";
import type { PageFacts } from "./page_facts.ts";
import { ago, clean, type Html, left } from "./page_text.ts";
import type { SiteFacts } from "./site_facts.ts";
import { orderSites, type SiteOrder, siteOrderQuery, SORT_KEYS } from "./site_order.ts";

const LOGIN_WORDS: Readonly<Record<LoginKind, string>> = {
  session_cookie: "session cookie",
  persistent_cookie: "persistent cookie",
  token_in_storage: "token in storage",
};

const HEADS: Readonly<Record<SiteOrder["sort"], string>> = {
  site: "Site",
  login: "Login",
  expires: "Expires in",
  changed: "Changed",
  readers: "Who may have it",
};

/** More names than this are shown when they are asked for. */
const MOST_NAMES = 4;

/** Renders the table, in the order and with the search that the page's address asks for. */
export function siteTable(facts: PageFacts, order: SiteOrder): Html {
  const shown = orderSites(facts.sites, order);
  const head = SORT_KEYS.map((key) => {
    const isSorted = key === order.sort;
    const isDescending = isSorted && !order.isDescending;
    const direction = order.isDescending ? "descending" : "ascending";
    return html`<th scope="col" role="columnheader" aria-sort="${isSorted ? direction : "none"}">
<a id="sort-${key}" href="${siteOrderQuery({ ...order, sort: key, isDescending })}">${
      HEADS[key]
    }</a></th>`;
  });
  const count = `${shown.length} of ${facts.sites.length} sites`;
  return html`
    <table role="table">
      <caption id="sites-caption">${count}, by ${HEADS[order.sort].toLowerCase()}</caption>
      <thead role="rowgroup">
        <tr role="row">${head}</tr>
      </thead>
      <tbody role="rowgroup">${shown.map((site) => siteLine(site, facts, order))}</tbody>
    </table>
  `;
}

function siteLine(site: SiteFacts, facts: PageFacts, order: SiteOrder): Html {
  const { nowMs } = facts;
  const login = site.login.map((kind) => LOGIN_WORDS[kind]).join(", ") || "none seen";
  return html`
    <tr role="row">
      <th scope="row" role="rowheader">${clean(site.site)}</th>
      <td role="cell" data-head="Login">${login}</td>
      <td role="cell" data-head="Expires in">${expiry(site, nowMs)}</td>
      <td role="cell" data-head="Changed">${site.changedMs === undefined
        ? "not known"
        : ago(site.changedMs, nowMs)}</td>
      <td role="cell" data-head="Who may have it">${readers(site, facts, order)}</td>
    </tr>
  `;
}

function readers({ site, readers }: SiteFacts, facts: PageFacts, order: SiteOrder): Html | string {
  if (readers.length === 0) return "nobody";
  const names = readers.map(({ name, isPart }) => clean(name) + (isPart ? " (in part)" : ""))
    .join(", ");
  if (readers.length <= MOST_NAMES) return names;
  const isOpen = order.readersOf === site;
  const { readersOf: _, ...closed } = order;
  const href = siteOrderQuery(isOpen ? closed : { ...closed, readersOf: site });
  return html`
    <a id="readers-${clean(site)}" href="${href}"
      aria-expanded="${String(isOpen)}">${readers.length} of ${facts.pulls
        .length} readers</a>${isOpen ? html`: ${names}` : ""}
  `;
}

/** When a login is over. */
export function expiry({ expiresMs, isLostOnRestart }: SiteFacts, nowMs: number): Html | string {
  if (expiresMs === undefined) return isLostOnRestart ? "with the browser" : "no date";
  return html`${left(expiresMs, nowMs)}${isLostOnRestart ? ", or with the browser" : ""}`;
}
