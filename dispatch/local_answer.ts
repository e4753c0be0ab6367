/**
 * Answers dispatch gives itself: refusals, redirects, and pages that tell a person what is wrong.
 *
 * @module
 */
import { bytesFromLatin1 } from "../core/latin1.ts";
import type { HeadFault } from "../core/request_head.ts";
import type { Identity } from "./identity.ts";

/** Why a request gets an answer of dispatch's own. A closed set, for the log and the metrics. */
export type LocalReason =
  | HeadFault
  | Extract<Identity, { kind: "refused" }>["reason"]
  | "head_too_large"
  | "head_timeout"
  | "method"
  | "user_unmapped"
  | "no_session"
  | "paired"
  | "pairing_looping"
  | "pairing_failed"
  | "instance_unreachable"
  | "instance_answer"
  | "too_many_connections"
  | "healthy";

/** An answer. */
export interface LocalAnswer {
  /** Why. */
  readonly reason: LocalReason;
  /** The status code. */
  readonly status: number;
  /** Header lines beside those every answer has. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  /** The media type of the body. */
  readonly type?: string;
  /** The body, UTF-8. */
  readonly body: string;
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  302: "Found",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  405: "Method Not Allowed",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
  502: "Bad Gateway",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
  508: "Loop Detected",
};

/** What is no refusal in one sentence, for the reference page. */
const OTHERS: readonly (readonly [reason: LocalReason, status: number, text: string])[] = [
  ["healthy", 200, "The program runs"],
  ["paired", 302, "A session was made: back to the page with its cookies"],
  ["no_session", 401, "What is no page came without a session: reload the page"],
  ["pairing_looping", 508, "A browser was given a session again and again, and never sent it back"],
  ["pairing_failed", 502, "The instance runs, but no session could be made; the page says why"],
  ["instance_unreachable", 503, "Nobody listens at the instance's port; the page tries again"],
];

const REFUSALS: Partial<Record<LocalReason, readonly [status: number, text: string]>> = {
  http_version: [505, "Cannot speak this version of HTTP: the ingress must use HTTP/1.1"],
  head_too_large: [431, "Cannot read the request: its head is longer than 64 KiB"],
  header_count: [431, "Cannot read the request: it has more than 128 header lines"],
  head_timeout: [408, "Cannot wait longer for the rest of the request's head"],
  method: [405, "Cannot pass this method on"],
  peer_foreign: [403, "This address may not say who somebody is: only the ingress may"],
  ingress_unproved: [403, "Whoever said who you are did not show the token of the ingress"],
  identity_missing: [403, "The ingress did not say who you are"],
  identity_duplicate: [403, "The ingress said more than once who you are"],
  identity_invalid: [403, "The ingress said who you are in a form that is no user name"],
  user_unmapped: [403, "You have no workspace on this machine: ask its admin to add you"],
  too_many_connections: [503, "Too many connections: try again in a moment"],
  instance_answer: [502, "The workspace gave an answer that is no HTTP, or broke off"],
};

/** Every reason but those of an unreadable head, which are 400. */
export function localReasons(): readonly {
  readonly reason: LocalReason;
  readonly status: number;
  readonly text: string;
}[] {
  const refusals = (Object.keys(REFUSALS) as LocalReason[]).map((reason) => {
    const { status, body } = refusal(reason);
    return { reason, status, text: body.trim() };
  });
  return [...OTHERS.map(([reason, status, text]) => ({ reason, status, text })), ...refusals];
}

/** An answer that says no in one sentence. */
export function refusal(reason: LocalReason): LocalAnswer {
  const [status, text] = REFUSALS[reason] ?? [400, `Cannot read the request: ${reason}`];
  const retry = status === 503 ? [["Retry-After", "1"] as const] : [];
  return { reason, status, fields: retry, body: `${text}\n` };
}

/** For what is no page: a script can tell this answer from one of t3's, and reload. */
export function noSession(): LocalAnswer {
  return {
    reason: "no_session",
    status: 401,
    // A challenge is required; no browser shows a prompt for this scheme.
    fields: [["WWW-Authenticate", 'Session realm="t3"']],
    type: "application/json",
    body: `${JSON.stringify({ error: "no session", action: "reload the page" })}\n`,
  };
}

/**
 * Sends a person back where they wanted to go, with their new cookies.
 *
 * @param target Path and query of their request, from a head that was read strictly.
 * @param setCookies Lines as the instance sent them.
 */
export function backWithCookies(target: string, setCookies: readonly string[]): LocalAnswer {
  return {
    reason: "paired",
    status: 302,
    fields: [
      ["Location", localTarget(target)],
      ...setCookies.map((line) => ["Set-Cookie", line] as const),
    ],
    body: "",
  };
}

/**
 * A path no browser takes for another site's: a backslash counts as a slash for them, and so
 * `/\example.com` would leave.
 */
export function localTarget(target: string): string {
  const path = target.replaceAll(
    /[^\x21-\x7e]|["<>\\^`{|}]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  return path.startsWith("/") ? path.replace(/^\/+/, "/") : "/";
}

/** The bytes of an answer. */
export function renderLocalAnswer(
  answer: LocalAnswer,
  options: { isHead: boolean; isLast: boolean },
): Uint8Array {
  const { status, fields = [], type = "text/plain; charset=utf-8", reason } = answer;
  const body = new TextEncoder().encode(answer.body);
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? "Refused"}`,
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
    "Cache-Control: no-store",
    "X-Content-Type-Options: nosniff",
    `X-Hearth-Dispatch: ${reason}`,
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ];
  if (options.isLast) lines.push("Connection: close");
  const head = bytesFromLatin1(`${lines.join("\r\n")}\r\n\r\n`);
  if (options.isHead) return head;
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}
