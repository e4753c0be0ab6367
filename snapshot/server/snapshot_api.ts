/**
 * The HTTP face of the snapshot: `/healthz` and `/api/snapshot`.
 *
 * Answers come from memory. `?wait=SECONDS` holds an answer that would tell the client nothing
 * new (304, or 404 while nothing has been harvested) until there is something, so that a follower
 * costs nothing while idle. There is no CORS: no web page has business here.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import type { Clock } from "../../core/clock.ts";
import { isTagKnown } from "../etag.ts";
import type { SnapshotStore } from "./snapshot_store.ts";
import type { TokenGate } from "./token_gate.ts";

/** The longest `?wait=`, in seconds. */
export const MAX_WAIT_SECONDS = 300;

/** How old the snapshot is when it is sent, in milliseconds: `Last-Modified` has only seconds. */
export const AGE_HEADER = "x-snapshot-age-ms";

/** What the API answers from. */
export interface SnapshotApiOptions {
  /** The snapshot. */
  store: SnapshotStore;
  /** Who may have it. */
  gate: TokenGate;
  /** Time. */
  clock: Clock;
  /** Told of every answer: its status, or `gone` where the client left before it. */
  onAnswer?: (path: string, status: number | "gone") => void;
}

interface ApiEnv {
  Variables: { isGone?: boolean };
}

const COMMON = { "cache-control": "no-cache", "x-content-type-options": "nosniff" };

/**
 * Makes the request handler.
 *
 * @param options Store, gate and clock.
 */
export function createSnapshotApi(
  options: SnapshotApiOptions,
): (request: Request) => Promise<Response> {
  const { store, gate, clock, onAnswer } = options;
  const app = new Hono<ApiEnv>();

  app.use(async (c, next) => {
    await next();
    onAnswer?.(c.req.path, c.get("isGone") === true ? "gone" : c.res.status);
  });
  app.get("/healthz", (c) => c.body("ok\n", 200, { ...COMMON, "content-type": "text/plain" }));
  app.get("/api/snapshot", async (c) => await refusal(c, false) ?? await answer(c));
  for (const path of ["/healthz", "/api/snapshot"]) {
    app.all(path, (c) => jsonError(c, 405, "method not allowed", { allow: "GET, HEAD" }));
  }
  // The seed's server answers other paths without a body.
  app.notFound((c) => c.body(null, 404, COMMON));
  return async (request) => await app.fetch(request);

  async function refusal(c: Context<ApiEnv>, isFresh: boolean): Promise<Response | undefined> {
    switch (await gate.admit(c.req.header("authorization"), { isFresh })) {
      case "unconfigured":
        return jsonError(c, 503, "token not configured");
      case "refused":
        return jsonError(c, 401, "invalid bearer", { "www-authenticate": "Bearer" });
      case "admitted":
        return undefined;
    }
  }

  async function answer(c: Context<ApiEnv>): Promise<Response> {
    const wait = parseWait(c.req.queries("wait") ?? []);
    if (typeof wait === "string") return jsonError(c, 400, wait);
    const known = c.req.header("if-none-match");
    if (wait > 0 && await hold(c, known, wait)) {
      // The token may have been taken away while the request was held.
      const refused = await refusal(c, true);
      if (refused !== undefined) return refused;
    }
    const generation = store.current();
    if (generation === undefined) return jsonError(c, 404, "snapshot not yet available");
    const headers = {
      ...COMMON,
      etag: generation.etag,
      [AGE_HEADER]: String(Math.max(0, Math.round(clock.now() - generation.modifiedMs))),
    };
    if (isTagKnown(known, generation.etag)) return c.body(null, 304, headers);
    return c.body(generation.bytes, 200, {
      ...headers,
      "content-type": "application/json",
      "content-length": String(generation.bytes.length),
    });
  }

  /** Waits for something new; resolves to whether any time passed. */
  async function hold(
    c: Context<ApiEnv>,
    known: string | undefined,
    waitSeconds: number,
  ): Promise<boolean> {
    // Deno sees to a request's signal only where it is asked for, so no other answer pays for it.
    const signal = c.req.raw.signal;
    const endMs = clock.monotonic() + waitSeconds * 1_000;
    let wasHeld = false;
    while (true) {
      const seen = store.current();
      const timeoutMs = endMs - clock.monotonic();
      const isNew = seen !== undefined && !isTagKnown(known, seen.etag);
      c.set("isGone", signal.aborted);
      if (isNew || timeoutMs <= 0 || store.isClosed() || signal.aborted) return wasHeld;
      wasHeld = true;
      await store.changed(seen, { timeoutMs, signal });
    }
  }
}

/** Seconds to wait, or the sentence that says what is wrong with them. */
function parseWait(values: readonly string[]): number | string {
  const rule = `must be a whole number of seconds from 0 to ${MAX_WAIT_SECONDS}`;
  if (values.length === 0) return 0;
  if (values.length > 1) return `wait is given ${values.length} times, ${rule}`;
  const text = values[0] ?? "";
  if (/^\d{1,9}$/.test(text) && Number(text) <= MAX_WAIT_SECONDS) return Number(text);
  return `wait is "${text.length > 40 ? `${text.slice(0, 40)}…` : text}", ${rule}`;
}

function jsonError(
  c: Context<ApiEnv>,
  status: 400 | 401 | 404 | 405 | 503,
  error: string,
  headers: Record<string, string> = {},
): Response {
  return c.body(`${JSON.stringify({ error })}\n`, status, {
    ...COMMON,
    ...headers,
    "content-type": "application/json",
  });
}
