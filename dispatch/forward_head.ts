/**
 * Heads as they are passed on: what belongs to one hop stays on it (RFC 9110, section 7.6.1), and
 * what says who somebody is does not reach an instance.
 *
 * Both ways a head is written anew from what was read, so that what one side sends is never what the
 * other side parses.
 *
 * @module
 */
import { bytesFromLatin1 } from "../core/latin1.ts";
import { type HeaderField, headerValues, type RequestHead } from "../core/request_head.ts";
import { INGRESS_HEADER } from "./identity.ts";
import type { ResponseHead } from "./response_head.ts";
import { cookieForInstance } from "./session_proof.ts";

const VIA = "1.1 hearth-dispatch";

const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Names under which ingresses tell a server who somebody is. */
const IDENTITY_NAMES =
  /^(?:x-authentik-|x-forwarded-(?:user|email|groups|preferred-username|access-token)$|x-auth-request-|x-remote-|remote-(?:user|email|groups|name)$)/;

/** What an ingress would take for an order of its own: to send a file, or another location's answer. */
const ORDERS = new Set(["x-accel-redirect", "x-sendfile", "x-lighttpd-send-file"]);

/** How to pass a request on. */
export interface ForwardRequest {
  /** The request. */
  readonly head: RequestHead;
  /** The name of the header that tells who it is from. */
  readonly identityHeader: string;
  /** Whether it is to become a WebSocket. */
  readonly isUpgrade: boolean;
}

/** The head for the instance. */
export function renderForwardRequest(request: ForwardRequest): Uint8Array {
  const { head, identityHeader, isUpgrade } = request;
  const [host = "localhost"] = headerValues(head.fields, "host");
  const lines = [`${head.method} ${head.target} HTTP/1.1`, `Host: ${host}`];
  const nominated = nominatedNames(head.fields);
  const dropped = (name: string) =>
    HOP_BY_HOP.has(name) || nominated.has(name) || name === identityHeader.toLowerCase() ||
    IDENTITY_NAMES.test(name.replaceAll("_", "-")) || name === "host" ||
    name === "content-length" || name === "cookie" || name === "via" ||
    name === INGRESS_HEADER.toLowerCase();
  for (const { name, value } of head.fields) {
    if (!dropped(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  const cookie = nominated.has("cookie") ? undefined : cookieForInstance(head.fields);
  if (cookie !== undefined) lines.push(`Cookie: ${cookie}`);
  if (isUpgrade) lines.push("Connection: Upgrade", "Upgrade: websocket");
  if (head.isChunked) lines.push("Transfer-Encoding: chunked");
  else if (headerValues(head.fields, "content-length").length > 0) {
    lines.push(`Content-Length: ${head.bodyBytes}`);
  }
  lines.push(`Via: ${[...headerValues(head.fields, "via"), VIA].join(", ")}`);
  return bytesFromLatin1(`${lines.join("\r\n")}\r\n\r\n`);
}

/** The head for the client. */
export function renderForwardResponse(
  head: ResponseHead,
  options: { isLast: boolean; isUpgrade: boolean },
): Uint8Array {
  const lines = [`HTTP/1.1 ${head.status} ${head.reason}`];
  const nominated = nominatedNames(head.fields);
  for (const { name, value } of head.fields) {
    const lower = name.toLowerCase();
    const isDropped = HOP_BY_HOP.has(lower) || nominated.has(lower) || ORDERS.has(lower);
    if (!isDropped) lines.push(`${name}: ${value}`);
  }
  if (head.body.kind === "chunks") lines.push("Transfer-Encoding: chunked");
  if (options.isUpgrade) lines.push("Connection: Upgrade", "Upgrade: websocket");
  else if (options.isLast) lines.push("Connection: close");
  return bytesFromLatin1(`${lines.join("\r\n")}\r\n\r\n`);
}

/** What a `Connection` header names as belonging to this hop; framing is not its to name. */
function nominatedNames(fields: readonly HeaderField[]): ReadonlySet<string> {
  const names = headerValues(fields, "connection").flatMap((value) =>
    value.toLowerCase().split(",").map((name) => name.trim())
  );
  return new Set(names.filter((name) => name !== "content-length" && name !== "host"));
}
