/**
 * What to do with a person who opens a page: let them through, or give them a session first.
 *
 * The instance itself says whether a session is alive; what it does not say is a doubt, and a doubt
 * lets the request through, since the instance checks again.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { pair, type PairingEndpoint } from "../t3/pair.ts";
import { askSession } from "../t3/session.ts";
import { loopbackInstance } from "../t3/instance.ts";
import type { LoopGuard } from "./loop_guard.ts";
import type { Mint } from "./mint_client.ts";
import type { Destination } from "./routing_table.ts";

/** What came of it. */
export type SignIn =
  | { readonly kind: "through"; readonly doubt?: string; readonly cookieName?: string }
  | {
    readonly kind: "paired";
    readonly setCookies: readonly string[];
    readonly endpoint: PairingEndpoint;
    readonly isFallback: boolean;
    readonly cookieName: string | undefined;
    readonly durationMs: number;
  }
  | { readonly kind: "unreachable" }
  | { readonly kind: "looping" }
  | {
    readonly kind: "failed";
    readonly step: "mint" | "pair";
    readonly text: string;
  };

/** What it needs. */
export interface SignInDeps {
  /** Makes credentials. */
  readonly mint: Mint;
  /** Ends loops. */
  readonly loops: LoopGuard;
  /** How long an instance may take to answer, in milliseconds. */
  readonly deadlineMs: number;
  /** The time. */
  readonly clock: Clock;
}

/** One person who opens a page. */
export interface SignInRequest {
  /** Where they belong. */
  readonly destination: Destination;
  /** Their cookies for the instance. */
  readonly cookie: string | undefined;
  /** Who they are and what they use, to tell loops by. */
  readonly who: string;
}

/** Decides, and pairs where that is needed. */
export async function signIn(deps: SignInDeps, request: SignInRequest): Promise<SignIn> {
  const { mint, loops, deadlineMs, clock } = deps;
  const { destination: { user, port }, cookie, who } = request;
  const instance = loopbackInstance(port);
  const answer = await askSession(instance, {
    deadlineMs,
    ...(cookie === undefined ? {} : { cookie }),
  });
  if (answer.kind === "no_answer" && answer.why === "refused") return { kind: "unreachable" };
  if (answer.kind !== "session") return { kind: "through", doubt: answer.text };
  const { isAuthenticated, cookieName } = answer.session;
  const named = cookieName === undefined ? {} : { cookieName };
  if (isAuthenticated) {
    loops.noteSession(who);
    return { kind: "through", ...named };
  }
  if (loops.isLooping(who)) return { kind: "looping" };
  const startedMs = clock.monotonic();
  const minted = await mint(user);
  if (minted.kind === "failed") return { kind: "failed", step: "mint", text: minted.text };
  const outcome = await pair(instance, minted.credential, { deadlineMs });
  if (outcome.kind === "paired") {
    // Only now: a browser that opens many pages at once has not been given any session yet, and one
    // for which none could be made was given none.
    loops.notePairing(who);
    const { setCookies, endpoint, isFallback, session } = outcome;
    const durationMs = clock.monotonic() - startedMs;
    return {
      kind: "paired",
      setCookies,
      endpoint,
      isFallback,
      cookieName: session.cookieName,
      durationMs,
    };
  }
  if (outcome.kind === "no_answer" && outcome.why === "refused") return { kind: "unreachable" };
  const text = outcome.kind === "refused"
    ? `${outcome.endpoint} answered ${outcome.status}: ${outcome.text}`
    : outcome.text;
  return { kind: "failed", step: "pair", text };
}
