/**
 * The page's facts for a program: what `GET /api/status` answers.
 *
 * @module
 */
import { z } from "zod";
import type { ServerQuestion } from "../inventory/ask_server.ts";
import type { PageFacts } from "./page_facts.ts";
import { verdictOf } from "./verdict.ts";

const AT = z.iso.datetime();
const MOOD = z.enum(["good", "warning", "bad", "unknown"]);

const STATUS_BODY = z.object({
  version: z.literal(1),
  at: AT,
  subject: z.string(),
  verdict: z.object({ mood: MOOD, text: z.string() }),
  stages: z.array(z.object({
    name: z.enum(["browser", "harvest", "publish", "serve", "pulls"]),
    mood: MOOD,
    text: z.string(),
    at: AT.exactOptional(),
  })),
  faults: z.array(z.object({ mood: MOOD, text: z.string(), since: AT })),
  sites: z.array(z.object({
    site: z.string(),
    login: z.array(z.enum(["session_cookie", "persistent_cookie", "token_in_storage"])),
    expiresAt: AT.exactOptional(),
    changedAt: AT.exactOptional(),
    isLostOnRestart: z.boolean(),
    readers: z.array(z.object({ name: z.string(), isPart: z.boolean() })),
  })),
  pulls: z.array(z.object({ name: z.string(), at: AT.exactOptional(), isLate: z.boolean() })),
  events: z.array(z.object({ at: AT, mood: MOOD, text: z.string() })),
});

/**
 * How the pipeline stands, as far as a token may know: a verdict, the stages, what is wrong, sites
 * without any value, who pulled when, and what has happened, the last thing first.
 */
export type StatusBody = z.infer<typeof STATUS_BODY>;

/** Its JSON Schema. */
export function statusJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(STATUS_BODY, { io: "input" });
}

/** How a client asks for it. */
export const STATUS_QUESTION: ServerQuestion<StatusBody> = {
  path: "status",
  name: "a status of this version",
  parse: (text) => STATUS_BODY.parse(JSON.parse(text)),
};

/** Puts the facts into the answer's form. */
export function statusBody(facts: PageFacts): StatusBody {
  return {
    version: 1,
    at: iso(facts.nowMs),
    subject: facts.viewer,
    verdict: verdictOf(facts),
    stages: facts.stages.map(({ name, mood, text, atMs }) => ({
      ...{ name, mood, text },
      ...(atMs === undefined ? {} : { at: iso(atMs) }),
    })),
    faults: facts.faults.map(({ mood, text, sinceMs }) => ({ mood, text, since: iso(sinceMs) })),
    sites: facts.sites.map(({ site, login, expiresMs, changedMs, isLostOnRestart, readers }) => ({
      ...{ site, login: [...login], isLostOnRestart, readers: [...readers] },
      ...(expiresMs === undefined ? {} : { expiresAt: iso(expiresMs) }),
      ...(changedMs === undefined ? {} : { changedAt: iso(changedMs) }),
    })),
    pulls: facts.pulls.map(({ name, atMs, isLate }) => ({
      ...{ name, isLate },
      ...(atMs === undefined ? {} : { at: iso(atMs) }),
    })),
    events: facts.events.map(({ atMs, mood, text }) => ({ at: iso(atMs), mood, text })),
  };
}

/** A cookie may expire later than a date with four digits for the year can be. */
function iso(atMs: number): string {
  return new Date(Math.min(Math.max(atMs, 0), Date.UTC(9999, 11, 31))).toISOString();
}
