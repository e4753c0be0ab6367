/**
 * The head the bridge sends to Chromium.
 *
 * It is written anew, so that Chromium's parser never sees a byte a client had a say in beyond a
 * checked method, target and header values. One `Host` that Chromium accepts, no `Origin` (the
 * gate judged it), nothing about bodies or hops that the bridge does not mean itself.
 *
 * @module
 */
import { bytesFromLatin1 } from "../core/latin1.ts";
import type { HeaderField, RequestHead } from "../core/request_head.ts";

/** What to ask Chromium. */
export interface UpstreamRequest {
  /** The client's head. */
  readonly head: RequestHead;
  /** Path and query, without a token. */
  readonly target: string;
  /** What to name in `Host`: an IP literal or localhost, else Chromium refuses. */
  readonly authority: string;
  /** Whether the client asked for a WebSocket. */
  readonly isUpgrade: boolean;
  /** Whether the client may negotiate compression. */
  readonly isCompressionAllowed: boolean;
}

// "Upgrade" and "Connection" are written again for an upgrade, since they belong to one hop.
const DROPPED = new Set([
  "host",
  "origin",
  "connection",
  "upgrade",
  "keep-alive",
  "proxy-connection",
  "proxy-authorization",
  "authorization",
  "cookie",
  "te",
  "trailer",
  "expect",
  "content-length",
]);

/** Writes the head. */
export function renderUpstreamRequest(request: UpstreamRequest): Uint8Array {
  const { head, target, authority, isUpgrade, isCompressionAllowed } = request;
  // Chromium would send a body after the head of a HEAD answer; the bridge leaves it out instead.
  const method = head.method === "HEAD" ? "GET" : head.method;
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${authority}`];
  if (isUpgrade) lines.push("Connection: Upgrade", "Upgrade: websocket");
  if (head.bodyBytes > 0) lines.push(`Content-Length: ${head.bodyBytes}`);
  for (const { name, value } of head.fields) {
    if (isForwarded({ name, value }, isUpgrade, isCompressionAllowed)) {
      lines.push(`${name}: ${value}`);
    }
  }
  return bytesFromLatin1(`${lines.join("\r\n")}\r\n\r\n`);
}

function isForwarded(field: HeaderField, isUpgrade: boolean, isCompressionAllowed: boolean) {
  const name = field.name.toLowerCase();
  if (name === "sec-websocket-extensions" && !isCompressionAllowed) return false;
  if (!isUpgrade && name.startsWith("sec-websocket-")) return false;
  return !DROPPED.has(name);
}

/** The authority to name upstream for a browser at this address. */
export function upstreamAuthority(hostname: string, port: number): string {
  const isV6 = hostname.includes(":");
  const isLiteral = isV6 || /^\d+(\.\d+){3}$/.test(hostname);
  const host = isV6 ? `[${hostname}]` : isLiteral ? hostname : "localhost";
  return `${host}:${port}`;
}
