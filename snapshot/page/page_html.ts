/**
 * The status page as HTML. Every text is escaped by `html`; nothing is inline, as the page's content
 * security policy wants it.
 *
 * @module
 */
import { html } from "hono/html";
import type { LoginKind } from "../inventory/login_kind.ts";
import type { PageFacts, SiteFacts } from "./page_facts.ts";
import { orderSites, type SiteOrder, siteOrderQuery, SORT_KEYS } from "./site_order.ts";

type Html = ReturnType<typeof html>;

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

const MOOD_WORDS = { good: "good", warning: "warning", bad: "trouble", unknown: "not known" };

/**
 * Renders the page.
 *
 * @param facts What it says.
 * @param order How its table is shown.
 * @param liveViewUrl Where the browser itself can be seen.
 */
export function pageHtml(facts: PageFacts, order: SiteOrder, liveViewUrl?: string): string {
  const { nowMs } = facts;
  const ago = (atMs: number) => age(atMs, nowMs);
  const page = html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Hearth status</title>
        <link rel="icon" href="/page/icon.svg">
        <link rel="stylesheet" href="/page/style.css">
        <script type="module" src="/page/script.js"></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the status</a>
        <header>
    <h1>Hearth</h1>
    <p><span id="as-of">As of ${time(nowMs, utc(nowMs))}</span>, for ${clean(facts.viewer)}.
    <span id="connection" role="status">Reload for news.</span></p>
    ${liveViewUrl === undefined
      ? ""
      : html`<a class="button" href="${liveViewUrl}">Open the live view</a>`}
        </header>
        <main id="main">
          <section aria-labelledby="pipeline-title">
            <h2 id="pipeline-title">Pipeline</h2>
            <ol class="pipeline" id="pipeline" data-live>${facts.stages.map((stage) =>
              html`
                <li class="${stage.mood}">
                  <h3>${stage.name}</h3>
                  <p class="mood">${MOOD_WORDS[stage.mood]}</p>
                  <p>${clean(stage.text)} ${stage.atMs === undefined ? "" : ago(stage.atMs)}</p>
                </li>
              `
            )}
            </ol>
          </section>
          <section aria-labelledby="faults-title">
            <h2 id="faults-title">What is wrong</h2>
            <div id="faults" data-live>${facts.faults.length === 0
              ? html`<p>Nothing.</p>`
              : html`<ul>${
                facts.faults.map(({ mood, text, sinceMs }) =>
                  html`
                    <li class="${mood}"><strong>${MOOD_WORDS[mood]}</strong> ${clean(
                      text,
                    )} (since ${ago(sinceMs)})</li>
                  `
                )
              }</ul>`}</div>
          </section>
          <section aria-labelledby="expiring-title">
            <h2 id="expiring-title">Expiring soon</h2>
            <div id="expiring" data-live>${facts.expiring.length === 0
              ? html`<p>No login ends within 7 days.</p>`
              : html`<ul>${
                facts.expiring.map((site) =>
                  html`
                    <li class="${isUrgent(site, nowMs) ? "bad" : "warning"}"><strong>${clean(
                      site.site,
                    )}</strong>
                    ${expiry(site, nowMs)}</li>
                  `
                )
              }</ul>`}</div>
          </section>
          <section aria-labelledby="sites-title">
            <h2 id="sites-title">Sites</h2>
            <form id="search" role="search" method="get" action="/">
    <label for="q">Search sites, logins and readers</label>
    <input type="search" id="q" name="q" value="${order.search}" autocomplete="off" maxlength="100">
    <input type="hidden" name="sort" value="${order.sort}">
    ${order.isDescending ? html`<input type="hidden" name="dir" value="desc">` : ""}
    <button type="submit">Search</button>
            </form>
            <div id="sites" data-live>${siteTable(facts, order)}</div>
          </section>
          <section aria-labelledby="pulls-title">
            <h2 id="pulls-title">Last pulls</h2>
            <div id="pulls" data-live>
              <ul class="columns">${facts.pulls.map(({ name, atMs }) =>
                html`
                  <li><strong>${clean(name)}</strong> ${atMs === undefined
                    ? "not since the start"
                    : ago(atMs)}</li>
                `
              )}
              </ul>
            </div>
          </section>
          <section aria-labelledby="events-title">
            <h2 id="events-title">Recent events</h2>
            <ol id="events" class="events" data-live>${facts.events.map(({ atMs, text }) =>
              html`
                <li>${time(atMs, utc(atMs))} ${clean(text)}</li>
              `
            )}
            </ol>
          </section>
        </main>
        <footer>
          <p>Names and times only: no value of a cookie leaves the snapshot for this page.</p>
        </footer>
      </body>
    </html>
  `;
  return String(page);
}

function siteTable(facts: PageFacts, order: SiteOrder): Html {
  const shown = orderSites(facts.sites, order);
  const head = SORT_KEYS.map((key) => {
    const isSorted = key === order.sort;
    const next = siteOrderQuery({
      ...order,
      sort: key,
      isDescending: isSorted && !order.isDescending,
    });
    const direction = order.isDescending ? "descending" : "ascending";
    return html`<th scope="col" role="columnheader" aria-sort="${isSorted ? direction : "none"}"><a
id="sort-${key}" href="${next}">${HEADS[key]}</a></th>`;
  });
  return html`
    <table role="table">
      <caption id="sites-caption">${shown.length} of ${facts.sites
        .length} sites, by ${HEADS[order.sort].toLowerCase()}</caption>
      <thead role="rowgroup">
        <tr role="row">${head}</tr>
      </thead>
      <tbody role="rowgroup">${shown.map((site) =>
        html`
          <tr role="row">
            <th scope="row" role="rowheader">${clean(site.site)}</th>
            <td role="cell" data-head="Login">${site.login.map((kind) => LOGIN_WORDS[kind]).join(
              ", ",
            ) || "none seen"}</td>
            <td role="cell" data-head="Expires in">${expiry(site, facts.nowMs)}</td>
            <td role="cell" data-head="Changed">${site.changedMs === undefined
              ? "not known"
              : age(site.changedMs, facts.nowMs)}</td>
            <td role="cell" data-head="Who may have it">${readers(site)}</td>
          </tr>
        `
      )}
      </tbody>
    </table>
  `;
}

function readers({ site, readers }: SiteFacts): Html | string {
  if (readers.length === 0) return "nobody";
  const names = readers.map(({ name, isPart }) => clean(name) + (isPart ? " (in part)" : ""));
  if (names.length <= 4) return names.join(", ");
  return html`<details id="readers-${clean(site)}"><summary>${names.length} readers</summary>${
    names.join(", ")
  }</details>`;
}

function expiry({ expiresMs, isLostOnRestart }: SiteFacts, nowMs: number): Html | string {
  if (expiresMs === undefined) return isLostOnRestart ? "with the browser" : "no date";
  const left = expiresMs <= nowMs ? "over" : spanText(expiresMs - nowMs);
  return html`${time(expiresMs, left)}${isLostOnRestart ? ", or with the browser" : ""}`;
}

function isUrgent({ expiresMs = Infinity }: SiteFacts, nowMs: number): boolean {
  return expiresMs <= nowMs + 24 * 3_600_000;
}

function age(atMs: number, nowMs: number): Html {
  return time(atMs, `${spanText(nowMs - atMs)} ago`);
}

function time(atMs: number, text: string): Html {
  return html`<time datetime="${iso(atMs)}" title="${utc(atMs)}">${text}</time>`;
}

/** A cookie may expire later than a date can be. */
function iso(atMs: number): string {
  return new Date(Math.min(Math.max(atMs, 0), 8.64e15)).toISOString();
}

function utc(atMs: number): string {
  return `${iso(atMs).replace("T", " ").replace(/\.\d+Z$/, "")} UTC`;
}

/** A site's own text may hold characters that turn the page's text around. */
function clean(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}

/** A span in the largest unit that says something. */
export function spanText(spanMs: number): string {
  const seconds = Math.max(0, Math.floor(spanMs / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}
