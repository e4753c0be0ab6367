/**
 * What an instance says of a session: whether one is alive, and how its cookie is called.
 *
 * `GET /api/auth/session` answers 200 to anyone. The name of the cookie has had three rules so far
 * (see {@linkcode isSessionCookieName}), so it is read here and never assumed.
 *
 * @module
 */
import { z } from "zod";
import { ask, type AskOptions, type Instance, jsonOf, type NoAnswer } from "./instance.ts";

/** The path that tells of the session. */
export const SESSION_PATH = "/api/auth/session";

/** What an instance knows of the asker. */
export interface T3Session {
  /** Whether the cookies that were sent are those of a live session. */
  readonly isAuthenticated: boolean;
  /** The name of the session cookie; builds before it was advertised give none. */
  readonly cookieName: string | undefined;
  /** Whom the instance lets in, such as `loopback-browser`. */
  readonly policy: string | undefined;
}

/** An answer that is not of the expected shape. */
export interface Unexpected {
  /** Tells it from a session. */
  readonly kind: "unexpected";
  /** The status code. */
  readonly status: number;
  /** A sentence for the log. */
  readonly text: string;
}

/** What came of asking. */
export type SessionAnswer =
  | { readonly kind: "session"; readonly session: T3Session }
  | Unexpected
  | NoAnswer;

const Shape = z.looseObject({
  authenticated: z.boolean(),
  auth: z.looseObject({
    policy: z.string().optional(),
    sessionCookieName: z.string().optional(),
  }).optional(),
});

/**
 * Asks whether a session is alive.
 *
 * @param instance Whom to ask.
 * @param options As for any question, and the `Cookie` header to send.
 */
export async function askSession(
  instance: Instance,
  options: AskOptions & { cookie?: string } = {},
): Promise<SessionAnswer> {
  const { cookie, ...rest } = options;
  const headers: HeadersInit = cookie === undefined ? {} : { cookie };
  const answer = await ask(instance, SESSION_PATH, { headers }, rest);
  if (answer.kind === "no_answer") return answer;
  const { status, body } = answer;
  const parsed = Shape.safeParse(jsonOf(body));
  if (status !== 200 || !parsed.success) {
    return { kind: "unexpected", status, text: `${SESSION_PATH} answered ${status}, no session` };
  }
  const { authenticated, auth } = parsed.data;
  const name = auth?.sessionCookieName;
  return {
    kind: "session",
    session: {
      isAuthenticated: authenticated,
      cookieName: name !== undefined && isCookieName(name) ? name : undefined,
      policy: auth?.policy,
    },
  };
}

/**
 * Whether a cookie's name follows one of the rules t3 has had: `t3_session`, then
 * `t3_session_<port>_<hash of the state directory>`, then `t3_session_<hash of the environment>`.
 */
export function isSessionCookieName(name: string): boolean {
  return /^t3_session(?:_[0-9a-f]+)*$/.test(name);
}

/** Whether a text can be a cookie's name at all (RFC 6265, section 4.1.1). */
function isCookieName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name);
}
