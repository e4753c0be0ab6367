/**
 * The pairing handshake: a one-time credential in, the cookies of a live session out.
 *
 * What a build calls its endpoint and its cookie is found out from the instance. An endpoint that
 * answers 404 is absent and the next name is tried; anything else is a verdict, since a credential
 * may be spent by then. An answer of 200 proves nothing (one build sent no cookie with it), so the
 * cookies are sent back once, and only a session that says it is authenticated counts.
 *
 * @module
 */
import { z } from "zod";
import type { Secret } from "../core/secret.ts";
import { ask, type AskOptions, type Instance, jsonOf, type NoAnswer } from "./instance.ts";
import { askSession, type T3Session } from "./session.ts";

/** The names the endpoint has had, newest first. */
export const PAIRING_ENDPOINTS = ["/api/auth/browser-session", "/api/auth/bootstrap"] as const;

/** One of the names the endpoint has had. */
export type PairingEndpoint = typeof PAIRING_ENDPOINTS[number];

/** What came of pairing. */
export type PairOutcome =
  | {
    /** A session lives. */
    readonly kind: "paired";
    /** The endpoint that took the credential. */
    readonly endpoint: PairingEndpoint;
    /** Whether that was not the newest name. */
    readonly isFallback: boolean;
    /** Every `Set-Cookie` line, as the instance sent it. */
    readonly setCookies: readonly string[];
    /** The same cookies as a `Cookie` header. */
    readonly cookie: string;
    /** What the instance said of the new session. */
    readonly session: T3Session;
  }
  | {
    /** The instance said no. */
    readonly kind: "refused";
    /** The endpoint that said it. */
    readonly endpoint: PairingEndpoint;
    /** The status code. */
    readonly status: number;
    /** What it said, without the credential. */
    readonly text: string;
  }
  | {
    /** The instance knows none of the names; or it took the credential and set no cookie; or the
     * cookies it set are those of no session. */
    readonly kind: "no_endpoint" | "no_cookie" | "not_authenticated";
    /** A sentence for the log. */
    readonly text: string;
  }
  | NoAnswer;

const Refusal = z.union([
  z.looseObject({ error: z.string() }).transform(({ error }) => error),
  z.looseObject({ message: z.string() }).transform(({ message }) => message),
]);

/**
 * Exchanges a credential for a session.
 *
 * @param instance Whose session.
 * @param credential From `t3 auth pairing create`; it works once.
 * @param options As for any question; the deadline is that of each of the two or three questions.
 */
export async function pair(
  instance: Instance,
  credential: Secret,
  options: AskOptions = {},
): Promise<PairOutcome> {
  for (const endpoint of PAIRING_ENDPOINTS) {
    const answer = await ask(instance, endpoint, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ credential: credential.reveal() }),
    }, options);
    if (answer.kind === "no_answer") return answer;
    if (answer.status === 404) continue;
    if (answer.status !== 200) {
      const said = Refusal.safeParse(jsonOf(answer.body)).data ?? answer.body;
      const text = said.replaceAll(credential.reveal(), "[credential]").slice(0, 200);
      return { kind: "refused", endpoint, status: answer.status, text };
    }
    return await proven(instance, endpoint, answer.headers.getSetCookie(), options);
  }
  return { kind: "no_endpoint", text: `404 from ${PAIRING_ENDPOINTS.join(" and ")}` };
}

async function proven(
  instance: Instance,
  endpoint: PairingEndpoint,
  setCookies: readonly string[],
  options: AskOptions,
): Promise<PairOutcome> {
  const cookie = setCookies.map((line) => (line.split(";")[0] ?? "").trim())
    .filter((pair) => pair.includes("=")).join("; ");
  if (cookie === "") return { kind: "no_cookie", text: `${endpoint} answered 200 and no cookie` };
  const answer = await askSession(instance, { ...options, cookie });
  if (answer.kind === "no_answer") return answer;
  if (answer.kind === "unexpected") return { kind: "not_authenticated", text: answer.text };
  if (!answer.session.isAuthenticated) {
    return { kind: "not_authenticated", text: `${endpoint} set the cookie of no session` };
  }
  const isFallback = endpoint !== PAIRING_ENDPOINTS[0];
  return { kind: "paired", endpoint, isFallback, setCookies, cookie, session: answer.session };
}
