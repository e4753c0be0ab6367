/**
 * The head of an answer of Chromium's DevTools server.
 *
 * It writes `Name:value` without a blank, always a Content-Length, and never `Connection`; a 101
 * has the reason "WebSocket Protocol Handshake".
 * Source: net/server/http_server_response_info.cc and web_socket.cc.
 *
 * @module
 */
import { latin1FromBytes } from "../core/latin1.ts";
import { type HeaderField, headerValues } from "../core/request_head.ts";

/** An answer's head. */
export interface ResponseHead {
  /** The status code. */
  readonly status: number;
  /** The words after it. */
  readonly reason: string;
  /** The header lines in their order. */
  readonly fields: readonly HeaderField[];
  /** The length of the body, in bytes. */
  readonly bodyBytes: number;
}

/**
 * Reads the head of an answer.
 *
 * @param bytes The head with its final empty line.
 * @returns `undefined` where this is not an answer of a DevTools server.
 */
export function parseResponseHead(bytes: Uint8Array): ResponseHead | undefined {
  const lines = latin1FromBytes(bytes).slice(0, -4).split("\r\n");
  const start = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(lines[0] ?? "");
  if (start === null) return undefined;
  const fields: HeaderField[] = [];
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    if (colon < 1) return undefined;
    fields.push({ name: line.slice(0, colon), value: line.slice(colon + 1).trim() });
  }
  if (headerValues(fields, "transfer-encoding").length > 0) return undefined;
  const lengths = headerValues(fields, "content-length");
  const length = lengths[0] ?? "0";
  if (lengths.length > 1 || !/^\d{1,10}$/.test(length)) return undefined;
  return { status: Number(start[1]), reason: start[2] ?? "", fields, bodyBytes: Number(length) };
}
