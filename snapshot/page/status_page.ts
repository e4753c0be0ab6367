/**
 * The status page: `/`, its style, script and icon, and the stream that keeps it live.
 *
 * Everything of it is behind the gate. The files are part of the program, so it may read no more
 * than it did; the content security policy allows them and nothing else.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { Hono } from "hono";
import type { AddressRange } from "../../core/address_range.ts";
import type { Clock } from "../../core/clock.ts";
import type { HealthRegistry } from "../../core/health.ts";
import type { Secret } from "../../core/secret.ts";
import { filterState } from "../access/filter_state.ts";
import { isWhole } from "../access/grant.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { loginExpiries } from "../inventory/login_expiry.ts";
import type { AccessGate } from "../server/access_gate.ts";
import type { HeaderField } from "../server/answers.ts";
import type { PullTimes } from "../server/pull_times.ts";
import type { SnapshotStore } from "../server/snapshot_store.ts";
import icon from "./icon.svg" with { type: "text" };
import { pageEvents } from "./page_events.ts";
import { type PageFacts, pageFacts } from "./page_facts.ts";
import { pageFaults } from "./page_faults.ts";
import { createPageHistory } from "./page_history.ts";
import { pageHtml } from "./page_html.ts";
import type { PartWatch } from "./part_watch.ts";
import { createManifestReader } from "./read_manifest.ts";
import script from "./script.js" with { type: "text" };
import type { Reader } from "./site_facts.ts";
import { parseSiteOrder } from "./site_order.ts";
import spanText from "./span_text.js" with { type: "text" };
import { type StatusBody, statusBody } from "./status_body.ts";
import style from "./style.css" with { type: "text" };
import { createViewerGate, type Viewing } from "./viewer_gate.ts";

/** What the page is made from. */
export interface StatusPageOptions {
  /** The snapshot file. */
  path: string;
  /** The snapshot. */
  store: SnapshotStore;
  /** What is in it. */
  inventory: Inventory;
  /** Who may see the page by a bearer. */
  gate: AccessGate;
  /** What is wrong. */
  health: HealthRegistry;
  /** Who read when. */
  pulls: PullTimes;
  /** Everybody who may read. */
  readers: () => readonly Reader[];
  /** The programs before the server. */
  parts: PartWatch;
  /** Addresses of an ingress that says who somebody is. */
  trustedPeers: readonly AddressRange[];
  /** Where it says so. */
  identityHeader: string;
  /** What it shows to prove itself. */
  ingressToken: Secret | undefined;
  /** Where the live view is. */
  liveViewUrl?: string | undefined;
  /** Time. */
  clock: Clock;
  /** Aborted when the server stops. */
  signal: AbortSignal;
}

/** The paths of the page. */
export const PAGE_PATHS: readonly string[] = [
  "/",
  "/page/events",
  "/page/icon.svg",
  "/page/script.js",
  "/page/span_text.js",
  "/page/style.css",
];

/** The page of a server. */
export interface StatusPage {
  /** Answers a request for one of {@linkcode PAGE_PATHS} that came from an address. */
  answer(request: Request, peer: string): Response | Promise<Response>;
  /** Says the same to a program. */
  describe(viewer: Reader): Promise<StatusBody>;
  /** Takes in what has gone wrong or is over; called now and then, also while nobody looks. */
  look(): Promise<void>;
  /** Takes in that a request showed no valid token. */
  noteRefusal(): void;
}

/** How old an answer of the other programs may be, when somebody looks and when nobody does. */
const FOREGROUND_MS = 3_000;
const BACKGROUND_MS = 30_000;

/** With more streams than this, a further page is not kept live. */
const MAX_STREAMS = 200;

const FIELDS: readonly HeaderField[] = [
  ["cache-control", "no-store"],
  [
    "content-security-policy",
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  ],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
  ["referrer-policy", "no-referrer"],
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
];

/** Another one where the parts that a browser keeps are others. */
const BUILD = createHash("sha256").update(script + spanText + style).digest("base64url")
  .slice(0, 12);

/** Either way in is offered to who shows none; a field each, as browsers want it. */
const CHALLENGES: readonly HeaderField[] = [
  ["www-authenticate", 'Basic realm="Hearth"'],
  ["www-authenticate", "Bearer"],
];

/**
 * Makes the page.
 *
 * @param options Where it looks and whom it lets in.
 */
export function createStatusPage(options: StatusPageOptions): StatusPage {
  const { path, store, inventory, gate, health, pulls, readers, parts, clock, signal } = options;
  const admit = createViewerGate({ ...options, admit: gate.admit });
  const readManifest = createManifestReader(path);
  const history = createPageHistory(() => clock.now());
  const app = new Hono<
    { Bindings: { peer: string }; Variables: { viewer: Extract<Viewing, { kind: "viewer" }> } }
  >();
  let streamCount = 0;

  app.use("*", async (c, next) => {
    if (c.req.method !== "GET" && c.req.method !== "HEAD") {
      return refuse(405, "method not allowed", [["allow", "GET, HEAD"]]);
    }
    const viewer = await admit(c.req.raw.headers, c.env.peer);
    if (viewer.kind === "unconfigured") return refuse(503, "token not configured");
    if (viewer.kind !== "viewer") {
      return refuse(401, "invalid bearer", CHALLENGES);
    }
    c.set("viewer", viewer);
    await next();
  });
  app.get("/", async (c) => {
    const order = parseSiteOrder(new URL(c.req.url).searchParams);
    const facts = await lookFor(c.get("viewer"));
    const html = pageHtml(facts, { order, build: BUILD, liveViewUrl: options.liveViewUrl });
    return answer(html, "text/html; charset=utf-8");
  });
  app.get("/page/style.css", () => answer(style, "text/css; charset=utf-8"));
  app.get("/page/script.js", () => answer(script, "text/javascript; charset=utf-8"));
  app.get("/page/span_text.js", () => answer(spanText, "text/javascript; charset=utf-8"));
  app.get("/page/icon.svg", () => answer(icon, "image/svg+xml"));
  app.get("/page/events", (c) => {
    if (c.req.method === "HEAD") return answer("", "text/event-stream");
    if (streamCount >= MAX_STREAMS) return refuse(503, "too many pages are open");
    streamCount += 1;
    const { headers } = c.req.raw;
    const { peer } = c.env;
    const body = pageEvents({
      version,
      isWelcome: async () => (await admit(headers, peer, { isFresh: true })).kind === "viewer",
      clock,
      signal,
      onEnd: () => streamCount -= 1,
    });
    return answer(body, "text/event-stream");
  });
  return {
    answer: (request, peer) => app.fetch(request, { peer }),
    describe: async (viewer) => statusBody(await lookFor(viewer)),
    look: async () => void await seen(BACKGROUND_MS),
    noteRefusal: history.noteRefusal,
  };

  /** What is on disk and what the programs say, which has then been taken into the history. */
  async function seen(maxAgeMs = FOREGROUND_MS) {
    const [manifest, found] = await Promise.all([readManifest(), parts.look(maxAgeMs)]);
    const facts = { manifest, parts: found, states: health.states() };
    history.observe(pageFaults(facts));
    return facts;
  }

  async function lookFor(viewer: Reader): Promise<PageFacts> {
    const generation = store.current();
    const named = readers();
    return pageFacts({
      nowMs: clock.now(),
      startMs: pulls.startMs,
      viewer,
      snapshot: generation === undefined ? undefined : { modifiedMs: generation.modifiedMs },
      rows: generation === undefined ? [] : inventory.rows(generation.state, viewer.grant),
      expiries: generation === undefined ? new Map() : loginExpiries(
        isWhole(viewer.grant) ? generation.state : filterState(generation.state, viewer.grant),
      ),
      ...await seen(),
      readers: named,
      pulls: pulls.last(named.map(({ name }) => name)),
      history: history.events(),
    });
  }

  /**
   * Cheap beside a page: it is asked for every second. That somebody has pulled again is no news;
   * the page shows it when it looks the next time.
   */
  async function version(): Promise<string> {
    const { manifest, parts: found, states } = await seen();
    const last = pulls.last(readers().map(({ name }) => name));
    return JSON.stringify([
      store.current()?.etag,
      manifest?.generations.at(-1)?.number,
      pageFaults({ manifest, parts: found, states }).map(({ name }) => name),
      [...last].map(([name, atMs]) => [name, atMs > pulls.startMs]),
      found.map(({ startedMs }) => startedMs),
    ]);
  }
}

function answer(body: string | ReadableStream<Uint8Array>, type: string): Response {
  return new Response(body, {
    headers: [...FIELDS, ["content-type", type], ["vary", "authorization"]],
  });
}

function refuse(status: number, text: string, fields: readonly HeaderField[] = []): Response {
  return new Response(`${text}\n`, {
    status,
    headers: [...FIELDS, ["content-type", "text/plain"], ...fields],
  });
}
