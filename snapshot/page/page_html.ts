/**
 * The status page as HTML. Every text is escaped by `html`; nothing is inline, as the page's content
 * security policy wants it.
 *
 * @module
 */
import { html } from "hono/html";
import type { PageFacts } from "./page_facts.ts";
import { ago, clean, counted, type Html, moment } from "./page_text.ts";
import type { PullFacts, StageFacts } from "./pipeline_stages.ts";
import type { SiteOrder } from "./site_order.ts";
import { expiry, siteTable } from "./site_table.ts";
import { verdictOf } from "./verdict.ts";

/** What a page is rendered with. */
export interface PageHtmlOptions {
  /** How its table is shown. */
  order: SiteOrder;
  /** A text that is another one when script or style are. */
  build: string;
  /** Where the browser itself can be seen. */
  liveViewUrl?: string | undefined;
}

const MOOD_WORDS = { good: "good", warning: "warning", bad: "trouble", unknown: "not known" };

/** What is beyond these is shown when it is asked for. */
const MOST_PULLS = 12;
const MOST_EXPIRING = 12;

/** Renders the page. */
export function pageHtml(facts: PageFacts, options: PageHtmlOptions): string {
  const { order, build } = options;
  const page = html`
    <!DOCTYPE html>
    <html lang="en" data-build="${build}">
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
        ${header(facts, options)}
        <main id="main" tabindex="-1">
          <section class="wide" aria-labelledby="pipeline-title">
            <h2 id="pipeline-title">Pipeline</h2>
            <ol class="pipeline" id="pipeline" data-live>${facts.stages.map((stage) =>
              stageItem(stage, facts.nowMs)
            )}</ol>
          </section>
          <section class="wide" aria-labelledby="faults-title">
            <h2 id="faults-title">What is wrong</h2>
            <div id="faults" data-live>${faults(facts)}</div>
          </section>
          <div class="stack">
            <section aria-labelledby="expiring-title">
              <h2 id="expiring-title">Expiring soon</h2>
              <div id="expiring" data-live>${expiring(facts)}</div>
            </section>
            <section aria-labelledby="sites-title">
              <h2 id="sites-title">Sites</h2>
              <form id="search" role="search" method="get" action="/">
                <label for="q">Search sites, logins and readers</label>
                <input type="search" id="q" name="q" value="${order.search}"
                  autocomplete="off" maxlength="100">
                <input type="hidden" name="sort" value="${order.sort}">
                ${order.isDescending ? html`<input type="hidden" name="dir" value="desc">` : ""}
                <button type="submit">Search</button>
              </form>
              <div id="sites" data-live>${siteTable(facts, order)}</div>
            </section>
          </div>
          <div class="stack">
            <section aria-labelledby="pulls-title">
              <h2 id="pulls-title">Last pulls</h2>
              <div id="pulls" data-live>${pulls(facts)}</div>
            </section>
            <section aria-labelledby="events-title">
              <h2 id="events-title">Recent events</h2>
              <ol id="events" class="plain" data-live>${facts.events.map(({ atMs, mood, text }) =>
                html`<li class="${mood}">${clean(text)} ${ago(atMs, facts.nowMs)}</li>`
              )}</ol>
            </section>
          </div>
        </main>
        <footer>
          <p>Names and times only: no value of a cookie leaves the snapshot for this page.</p>
        </footer>
      </body>
    </html>
  `;
  // Indentation is half of a large page.
  return String(page).replaceAll(/\n\s+/g, "\n").trimStart();
}

function header(facts: PageFacts, { liveViewUrl }: PageHtmlOptions): Html {
  const { mood, text } = verdictOf(facts);
  return html`
    <header>
      <h1><img src="/page/icon.svg" alt="" width="32" height="32"> Hearth</h1>
      <p class="verdict" id="verdict" role="status" data-live><strong class="${mood}">${text}</strong></p>
      ${liveViewUrl === undefined
        ? ""
        : html`<a class="button" href="${liveViewUrl}">Open the live view</a>`}
      <p class="about">
        <span id="as-of" data-live>As of ${moment(facts.nowMs)}</span>, for ${clean(
          facts.viewer,
        )}${facts.isWhole ? "" : ", who may have what is shown here"}.
        <span id="connection" role="status">Reload for news.</span>
      </p>
    </header>
  `;
}

function stageItem({ name, mood, text, atMs }: StageFacts, nowMs: number): Html {
  return html`
    <li class="${mood}">
      <h3>${name}</h3>
      <p class="mood">${MOOD_WORDS[mood]}</p>
      <p>${clean(text)}</p>
      ${atMs === undefined ? "" : html`<p class="figure">${ago(atMs, nowMs)}</p>`}
    </li>
  `;
}

function faults({ faults, nowMs }: PageFacts): Html {
  if (faults.length === 0) return html`<p>Nothing.</p>`;
  return html`<ul class="notices">${
    faults.map(({ mood, text, sinceMs }) =>
      html`<li class="${mood}"><strong>${MOOD_WORDS[mood]}</strong> ${clean(text)}, since ${
        ago(sinceMs, nowMs)
      }</li>`
    )
  }</ul>`;
}

function expiring({ expiring, sites, nowMs }: PageFacts): Html {
  if (sites.length === 0) {
    return html`<p>Nothing is logged in yet: log in to a site in the live view.</p>`;
  }
  if (expiring.length === 0) return html`<p>No login ends within 7 days.</p>`;
  const rest = expiring.length - MOST_EXPIRING;
  return html`<ul class="chips">${
    expiring.slice(0, MOST_EXPIRING).map((site) => {
      const isUrgent = (site.expiresMs ?? Infinity) <= nowMs + 24 * 3_600_000;
      return html`<li class="${isUrgent ? "bad" : "warning"}"><strong>${
        clean(site.site)
      }</strong> ${expiry(site, nowMs)}</li>`;
    })
  }</ul>${rest > 0 ? html`<p>And ${counted(rest, "more login")} in the table below.</p>` : ""}`;
}

function pulls({ pulls, nowMs }: PageFacts): Html {
  const item = ({ name, atMs, isLate }: PullFacts) =>
    html`<li class="${isLate ? "warning" : atMs === undefined ? "unknown" : "good"}"><strong>${
      clean(name)
    }</strong> ${atMs === undefined ? "not since the start" : ago(atMs, nowMs)}${
      isLate ? ", late" : ""
    }</li>`;
  const rest = pulls.slice(MOST_PULLS);
  return html`<ul class="plain">${pulls.slice(0, MOST_PULLS).map(item)}</ul>${
    rest.length === 0 ? "" : html`
      <details id="more-pulls">
        <summary>${counted(rest.length, "more reader")}</summary>
        <ul class="plain">${rest.map(item)}</ul>
      </details>
    `
  }`;
}
