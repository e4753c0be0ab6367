/**
 * What a request is for the browser that sent it, which decides what may be answered to it.
 *
 * Only a document that a person navigates to can be redirected through a pairing. A script, an
 * image or a WebSocket that were redirected would get a page where they expect data.
 * Source: Fetch Metadata Request Headers (w3.org/TR/fetch-metadata).
 *
 * @module
 */
import { hasToken, headerValue, type RequestHead } from "../core/request_head.ts";

/** What a request is for. */
export type RequestKind = "navigation" | "web_socket" | "other";

/** Tells what a request is for. */
export function requestKind(head: RequestHead): RequestKind {
  if (isWebSocketUpgrade(head)) return "web_socket";
  if (head.method !== "GET") return "other";
  const mode = headerValue(head.fields, "sec-fetch-mode");
  if (mode !== undefined) {
    const destination = headerValue(head.fields, "sec-fetch-dest");
    const isDocument = destination === "document" || destination === "iframe";
    // What is fetched ahead of time may never be looked at: no credential is spent on it.
    const isAhead = headerValue(head.fields, "sec-purpose") !== undefined;
    return mode === "navigate" && isDocument && !isAhead ? "navigation" : "other";
  }
  // Browsers leave the metadata out on plain HTTP, and programs know nothing of it.
  const accept = headerValue(head.fields, "accept") ?? "";
  const isScript = headerValue(head.fields, "x-requested-with") !== undefined ||
    headerValue(head.fields, "origin") !== undefined;
  return accept.toLowerCase().includes("text/html") && !isScript ? "navigation" : "other";
}

/** Whether a request asks to become a WebSocket (RFC 6455, section 4.1). */
export function isWebSocketUpgrade({ method, fields, bodyBytes, isChunked }: RequestHead): boolean {
  return method === "GET" && bodyBytes === 0 && !isChunked &&
    hasToken(fields, "connection", "upgrade") && hasToken(fields, "upgrade", "websocket");
}
