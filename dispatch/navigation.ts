/**
 * What a person who opens a page gets from dispatch itself: a session, or the reason why not.
 *
 * @module
 */
import { headerValue, type RequestHead } from "../core/request_head.ts";
import type { ConnectionDeps } from "./connection_deps.ts";
import { backWithCookies, type LocalAnswer, refusal } from "./local_answer.ts";
import { failedPage, loopPage, unreachablePage } from "./pages.ts";
import type { Destination } from "./routing_table.ts";
import { cookieForInstance } from "./session_proof.ts";
import { type SignIn, signIn } from "./sign_in.ts";

/** Who is led where. */
export interface Visitor {
  /** What their identity is looked up by. */
  readonly key: string;
  /** Where they belong. */
  readonly destination: Destination;
}

/** What to answer a person instead of passing their request on; nothing where it goes through. */
export async function answerNavigation(
  deps: ConnectionDeps,
  visit: Visitor & { readonly head: RequestHead },
): Promise<LocalAnswer | undefined> {
  const { health, metrics, log, cookieNames } = deps;
  const { head, key, destination } = visit;
  const { user, port } = destination;
  const browser = headerValue(head.fields, "user-agent") ?? "";
  const result = await signIn(deps.signIn, {
    destination,
    cookie: cookieForInstance(head.fields),
    who: `${key} ${browser}`,
  });
  if (result.kind !== "unreachable") health.noteAlive(port);
  if ("cookieName" in result && result.cookieName !== undefined) {
    cookieNames.set(port, result.cookieName);
  }
  note(deps, result, user);
  switch (result.kind) {
    case "through":
      if (result.doubt !== undefined) {
        metrics.doubts.inc();
        log.warn("session not known, let through", { user, why: result.doubt });
      }
      return undefined;
    case "paired":
      return isStillMapped(deps, visit)
        ? backWithCookies(head.target, result.setCookies)
        : refusal("user_unmapped");
    case "unreachable":
      return unreachableAnswer(deps, destination);
    case "looping":
      return loopPage(user);
    case "failed":
      return failedPage(user, result.step, result.text);
  }
}

/** Whether the table still leads somebody there: it may have changed while they were signed in. */
export function isStillMapped(
  { table }: Pick<ConnectionDeps, "table">,
  { key, destination: { user, port } }: Visitor,
): boolean {
  const now = table().get(key);
  return now?.user === user && now.port === port;
}

/** The instance does not answer. */
export function unreachableAnswer(
  { health, clock }: ConnectionDeps,
  { user, port }: Destination,
): LocalAnswer {
  return unreachablePage(user, health.noteDead(port), clock.now());
}

function note({ metrics, log }: ConnectionDeps, result: SignIn, user: string): void {
  if (result.kind === "paired") {
    const { endpoint, isFallback, durationMs } = result;
    metrics.pairings.inc({ endpoint, outcome: "paired" });
    metrics.pairingSeconds.observe(durationMs / 1_000);
    log.info("paired", { user, endpoint, fallback: isFallback, dur_ms: Math.round(durationMs) });
  } else if (result.kind === "failed" || result.kind === "looping") {
    const outcome = result.kind === "failed" ? `${result.step}_failed` : "looping";
    metrics.pairings.inc({ endpoint: "none", outcome });
    const why = result.kind === "failed" ? { why: result.text } : {};
    log.error("not paired", { user, outcome, ...why });
  }
}
