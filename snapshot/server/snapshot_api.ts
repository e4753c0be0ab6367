/**
 * The HTTP face of the snapshot: `/healthz`, `/readyz`, `/api/snapshot`, `/api/sites`, `/api/status`,
 * and the status page.
 *
 * `/readyz` names what is wrong and no more, since anybody may ask; the sentences, which name
 * paths, are on the operator's port.
 *
 * @module
 */
import { Hono } from "hono";
import type { HealthRegistry } from "../../core/health.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { PAGE_PATHS, type StatusPage } from "../page/status_page.ts";
import {
  type AnswerSnapshotOptions,
  createSnapshotAnswers,
  type SnapshotAnswer,
} from "./answer_snapshot.ts";
import { COMMON_FIELDS, errorAnswer, notYetAnswer, refusalAnswer, textAnswer } from "./answers.ts";

/** What the API answers from. */
export interface SnapshotApiOptions extends AnswerSnapshotOptions {
  /** What is in the snapshot. */
  inventory: Inventory;
  /** What is wrong. */
  health: HealthRegistry;
  /** The status page; without one its paths are not there. */
  page?: Pick<StatusPage, "answer" | "describe">;
  /** Told of every answer: its status, or `gone` where the client left before it. */
  onAnswer?: (path: string, status: number | "gone") => void;
}

/** The paths there are. */
export const API_PATHS: readonly string[] = [
  "/healthz",
  "/readyz",
  "/api/snapshot",
  "/api/sites",
  "/api/status",
];

/**
 * Makes the request handler.
 *
 * @param options Store, gate, inventory and clock.
 * @returns Answers a request; `peer` is asked for the address it came from, where that counts.
 */
export function createSnapshotApi(
  options: SnapshotApiOptions,
): (
  request: Request,
  peer?: () => string,
) => Response | Promise<Response> {
  const { store, gate, inventory, health, page, onAnswer } = options;
  const answerSnapshot = createSnapshotAnswers(options);
  const app = new Hono();

  app.get("/healthz", () => textAnswer("ok\n"));
  app.get("/readyz", () => {
    if (health.isReady()) return textAnswer("ok\n");
    const lines = health.states().map(({ severity, name }) => `${severity} ${name}\n`);
    return textAnswer(lines.join(""), 503);
  });
  app.get("/api/sites", async (c) => {
    const access = await gate.admit(c.req.raw.headers.get("authorization"));
    if (access.kind !== "admitted") return refusalAnswer(access.kind);
    const generation = store.current();
    if (generation === undefined) return notYetAnswer();
    const harvestedAt = new Date(generation.modifiedMs).toISOString();
    const sites = inventory.rows(generation.state, access.grant);
    return jsonAnswer({ harvestedAt, sites });
  });
  // Beside the page and not on it: a path that no ingress's login stands before believes no header.
  app.get("/api/status", async (c) => {
    if (page === undefined) return c.notFound();
    const access = await gate.admit(c.req.raw.headers.get("authorization"));
    if (access.kind !== "admitted") return refusalAnswer(access.kind);
    return jsonAnswer(await page.describe({ name: access.subject, grant: access.grant }));
  });
  for (const path of API_PATHS) {
    app.all(path, () => errorAnswer(405, "method not allowed", [["allow", "GET, HEAD"]]));
  }
  // The seed's server answers other paths without a body.
  app.notFound(() => new Response(null, { status: 404, headers: [...COMMON_FIELDS] }));

  return (request, peer = () => "") => {
    const { url, method } = request;
    // By hand: a router and a URL object would be half the cost of a 304.
    const start = url.indexOf("/", url.indexOf("://") + 3);
    const mark = url.indexOf("?", start);
    const path = mark < 0 ? url.slice(start) : url.slice(start, mark);
    if (path !== "/api/snapshot" || (method !== "GET" && method !== "HEAD")) {
      return answerElse(request, path, peer);
    }
    const answer = answerSnapshot(request, mark < 0 ? "" : url.slice(mark + 1));
    return answer instanceof Promise ? answer.then(count) : count(answer);
  };

  function count({ response, isGone }: SnapshotAnswer): Response {
    onAnswer?.("/api/snapshot", isGone ? "gone" : response.status);
    return response;
  }

  async function answerElse(request: Request, path: string, peer: () => string): Promise<Response> {
    const response = page !== undefined && PAGE_PATHS.includes(path)
      ? await page.answer(request, peer())
      : await app.fetch(request);
    onAnswer?.(path, response.status);
    return response;
  }
}

function jsonAnswer(body: unknown): Response {
  return new Response(`${JSON.stringify(body)}\n`, {
    headers: [...COMMON_FIELDS, ["content-type", "application/json"], ["vary", "authorization"]],
  });
}
