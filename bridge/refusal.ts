/**
 * Every way the bridge says no: one closed set of reasons, each with a status and the way out.
 *
 * The texts are short and end up where a person looks: Playwright prints both the body of a
 * refused upgrade and the header `x-playwright-debug-log`.
 *
 * @module
 */
import { bytesFromLatin1 } from "../core/latin1.ts";
import type { HeadFault } from "../core/request_head.ts";

/** Why a request is refused. */
export type RefusalReason =
  | HeadFault
  | "head_too_large"
  | "head_timeout"
  | "body_too_large"
  | "method"
  | "host_invalid"
  | "host_foreign"
  | "origin"
  | "cross_site"
  | "token_missing"
  | "token_wrong"
  | "too_many_connections"
  | "too_many_connections_from_peer"
  | "browser_unreachable"
  | "browser_late"
  | "browser_answer"
  | "stale_browser_id"
  | "upgrade_refused"
  | "shutting_down";

/** A refusal, ready to be sent. */
export interface Refusal {
  /** Why. */
  readonly reason: RefusalReason;
  /** The HTTP status. */
  readonly status: number;
  /** One sentence for the person at the other end. */
  readonly text: string;
}

const TEXTS: Readonly<Record<RefusalReason, readonly [status: number, text: string]>> = {
  tls: [400, "Cannot speak TLS: use http:// or ws://, or a proxy that ends TLS"],
  nul: [400, "Cannot read the request: its head holds a NUL byte"],
  bare_carriage_return: [400, "Cannot read the request: its head holds a CR without LF"],
  bare_line_feed: [400, "Cannot read the request: its head holds an LF without CR"],
  control_character: [400, "Cannot read the request: its head holds a control character"],
  request_line: [400, "Cannot read the request: its first line is not METHOD TARGET HTTP/1.1"],
  http_version: [505, "Cannot speak this version of HTTP: use HTTP/1.1"],
  absolute_target: [400, "Cannot act as a proxy: the target must be a path"],
  target_form: [400, "Cannot read the request: its target must be a path that starts with one /"],
  folded_header: [400, "Cannot read the request: a header line is folded"],
  header_name: [400, "Cannot read the request: a header line is not NAME: VALUE"],
  header_count: [431, "Cannot read the request: it has more than 128 header lines"],
  host_missing: [400, "Cannot tell whom the request is for: HTTP/1.1 needs a Host header"],
  host_duplicate: [400, "Cannot tell whom the request is for: it has more than one Host header"],
  origin_duplicate: [400, "Cannot tell where the request is from: it has more than one Origin"],
  content_length: [400, "Cannot read the request: Content-Length is not a number"],
  content_length_duplicate: [400, "Cannot read the request: it has more than one Content-Length"],
  transfer_encoding: [501, "Cannot read a body with Transfer-Encoding: use Content-Length"],
  head_too_large: [431, "Cannot read the request: its head is longer than 64 KiB"],
  head_timeout: [408, "Cannot wait longer for the rest of the request's head"],
  body_too_large: [413, "Cannot take a body of more than 1 MiB"],
  method: [405, "Cannot do that: use GET, HEAD, PUT or POST"],
  host_invalid: [400, "Cannot read Host: it is not NAME or NAME:PORT"],
  host_foreign: [
    403,
    "This name is not allowed in Host: use an IP address or localhost, or add the name to " +
    "BRIDGE_ALLOWED_HOSTS",
  ],
  origin: [
    403,
    "Web pages may not use this browser: send no Origin, or add the origin to " +
    "BRIDGE_ALLOWED_ORIGINS",
  ],
  cross_site: [403, "Web pages of other sites may not use this browser"],
  token_missing: [
    401,
    'A token is needed: send "Authorization: Bearer TOKEN" or add ?token=TOKEN to the URL',
  ],
  token_wrong: [401, "The token is wrong"],
  too_many_connections: [
    503,
    "Too many connections: close some, or raise BRIDGE_MAX_CONNECTIONS",
  ],
  too_many_connections_from_peer: [
    503,
    "Too many connections from this address: close some, or raise BRIDGE_MAX_CONNECTIONS_PER_PEER",
  ],
  browser_unreachable: [503, "No browser answers: it is not running, or still starting"],
  browser_late: [504, "The browser does not answer in time: it may hang"],
  browser_answer: [502, "The browser gave an answer that is not HTTP"],
  stale_browser_id: [404, "This browser id is gone: the browser has restarted"],
  upgrade_refused: [502, "The browser refused the connection"],
  shutting_down: [503, "The bridge is shutting down"],
};

/**
 * Makes a refusal.
 *
 * @param reason Why.
 * @param detail What more can be said, put after a colon.
 * @param status The status, where it is not the reason's own.
 */
export function refuse(reason: RefusalReason, detail?: string, status?: number): Refusal {
  const [usual, text] = TEXTS[reason];
  return {
    reason,
    status: status ?? usual,
    text: detail === undefined ? text : `${text}: ${detail}`,
  };
}

/** Every reason, for the reference page and the metrics. */
export function refusalReasons(): readonly Refusal[] {
  return (Object.keys(TEXTS) as RefusalReason[]).map((reason) => refuse(reason));
}

const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
};

/** The answer that carries a refusal. It ends the connection. */
export function renderRefusal(refusal: Refusal): Uint8Array {
  const { status, reason } = refusal;
  // A name or a URL of the client may be part of the text; nothing of it may end a line.
  const text = refusal.text.replaceAll(/[^\x20-\x7e]/g, "?");
  const body = `${text}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_WORDS[status] ?? "Refused"}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${body.length}`,
    "Connection: close",
    "Cache-Control: no-store",
    "X-Content-Type-Options: nosniff",
    `X-Hearth-Refusal: ${reason}`,
    `x-playwright-debug-log: ${text}`,
  ];
  if (status === 401) lines.push("WWW-Authenticate: Bearer");
  if (status === 405) lines.push("Allow: GET, HEAD, PUT, POST");
  if (status === 503) lines.push("Retry-After: 1");
  return bytesFromLatin1(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
