/**
 * The head of an HTTP request, read strictly.
 *
 * Two parsers that disagree on where a request ends are how requests are smuggled, so whatever
 * is not plainly one request is refused, and a server behind a proxy only ever sees a head that the
 * proxy wrote itself. What real clients send is accepted: HTTP/1.0, any header, an odd or missing
 * `Sec-WebSocket-Key`, a raw URL as query.
 * Source: RFC 9112, sections 2.2, 3, 5 and 6.
 *
 * @module
 */
import { latin1FromBytes } from "./latin1.ts";

/** One header line. */
export interface HeaderField {
  /** The name as it was sent. */
  readonly name: string;
  /** The value without the blanks around it. */
  readonly value: string;
}

/** A request's head. */
export interface RequestHead {
  /** The method, such as `GET`. */
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  /** The version of HTTP. */
  readonly version: "1.0" | "1.1";
  /** The header lines in their order. */
  readonly fields: readonly HeaderField[];
  /** The length of the body that follows, in bytes; 0 where it comes in chunks. */
  readonly bodyBytes: number;
  /** Whether the body comes in chunks. */
  readonly isChunked: boolean;
}

/** Why a head is refused. A closed set; each has a file in `tests/corpora/http_heads/invalid`. */
export type HeadFault =
  | "tls"
  | "nul"
  | "bare_carriage_return"
  | "bare_line_feed"
  | "control_character"
  | "request_line"
  | "http_version"
  | "absolute_target"
  | "target_form"
  | "folded_header"
  | "header_name"
  | "header_count"
  | "host_missing"
  | "host_duplicate"
  | "origin_duplicate"
  | "content_length"
  | "content_length_duplicate"
  | "transfer_encoding";

/** Where a head ends. */
export type HeadEnd =
  | { readonly kind: "incomplete" }
  | { readonly kind: "invalid"; readonly fault: HeadFault }
  | { readonly kind: "complete"; readonly headBytes: number };

/** More header lines than any client sends. */
export const MAX_HEADER_FIELDS = 128;

const CR = 13;
const LF = 10;

/**
 * Finds the end of a head in what has arrived so far, or the first byte that cannot be in one.
 *
 * @param bytes What has arrived, from the head's first byte.
 * @param from How much of it was looked at before, so that a byte is not looked at twice.
 */
export function findHeadEnd(bytes: Uint8Array, from = 0): HeadEnd {
  if (bytes[0] === 0x16) return { kind: "invalid", fault: "tls" };
  // A pair of bytes is judged together, so the last byte of the previous look is looked at again.
  for (let at = Math.max(0, from - 1); at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte >= 32 && byte !== 127) continue;
    if (byte === LF) {
      if (at === 0 || bytes[at - 1] !== CR) return { kind: "invalid", fault: "bare_line_feed" };
      if (at >= 3 && bytes[at - 2] === LF) return { kind: "complete", headBytes: at + 1 };
    } else if (byte === CR) {
      if (at + 1 < bytes.length && bytes[at + 1] !== LF) {
        return { kind: "invalid", fault: "bare_carriage_return" };
      }
    } else if (byte === 0) {
      return { kind: "invalid", fault: "nul" };
    } else if (byte !== 9) {
      return { kind: "invalid", fault: "control_character" };
    }
  }
  return { kind: "incomplete" };
}

/** What a head says, or why it is refused. */
export type RequestHeadResult =
  | { readonly kind: "head"; readonly head: RequestHead }
  | { readonly kind: "invalid"; readonly fault: HeadFault };

/**
 * Reads a head whose end {@linkcode findHeadEnd} found.
 *
 * @param bytes The head with its final empty line.
 * @param options Whether a body in chunks is read; else it is refused.
 */
export function parseRequestHead(
  bytes: Uint8Array,
  options: { allowsChunks?: boolean } = {},
): RequestHeadResult {
  const lines = latin1FromBytes(bytes).slice(0, -4).split("\r\n");
  const start = parseRequestLine(lines[0] ?? "");
  if (typeof start === "string") return { kind: "invalid", fault: start };
  if (lines.length - 1 > MAX_HEADER_FIELDS) return { kind: "invalid", fault: "header_count" };
  const fields: HeaderField[] = [];
  for (const line of lines.slice(1)) {
    if (/^[ \t]/.test(line)) return { kind: "invalid", fault: "folded_header" };
    const field = parseFieldLine(line);
    if (field === undefined) return { kind: "invalid", fault: "header_name" };
    fields.push(field);
  }
  const framing = readFraming(fields, start.version, options.allowsChunks ?? false);
  if (typeof framing === "string") return { kind: "invalid", fault: framing };
  return { kind: "head", head: { ...start, fields, ...framing } };
}

/**
 * Reads one header line; `undefined` where it is not plainly `NAME: VALUE`.
 *
 * The blanks are not left to a pattern: one that looks for blanks up to the end starts anew at each
 * of them, and a line of 60,000 would hold up every connection for seconds.
 */
export function parseFieldLine(line: string): HeaderField | undefined {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)$/.exec(line);
  if (match === null) return undefined;
  const value = match[2] as string;
  let from = 0;
  let to = value.length;
  while (from < to && isBlank(value, from)) from++;
  while (to > from && isBlank(value, to - 1)) to--;
  return { name: match[1] as string, value: value.slice(from, to) };
}

function isBlank(text: string, at: number): boolean {
  return text[at] === " " || text[at] === "\t";
}

/** Every value of a header, in order. */
export function headerValues(fields: readonly HeaderField[], name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return fields.filter((field) => field.name.toLowerCase() === wanted).map((field) => field.value);
}

/** The first value of a header. */
export function headerValue(fields: readonly HeaderField[], name: string): string | undefined {
  return headerValues(fields, name)[0];
}

/** Whether a header that is a list, such as `Connection`, holds a word, in any case. */
export function hasToken(fields: readonly HeaderField[], name: string, token: string): boolean {
  return headerValues(fields, name).some((value) =>
    value.toLowerCase().split(",").some((item) => item.trim() === token)
  );
}

function parseRequestLine(
  line: string,
): Pick<RequestHead, "method" | "target" | "version"> | HeadFault {
  const parts = line.split(" ");
  const [method = "", target = "", protocol = ""] = parts;
  if (parts.length !== 3 || !/^[A-Z]{1,16}$/.test(method) || /\t/.test(line)) return "request_line";
  const version = /^HTTP\/(\d\.\d)$/.exec(protocol)?.[1];
  if (version === undefined) return "request_line";
  if (version !== "1.0" && version !== "1.1") return "http_version";
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return "absolute_target";
  // "//host/path" would be read as an authority by some URL parsers.
  if (!target.startsWith("/") || target.startsWith("//")) return "target_form";
  return { method, target, version };
}

function readFraming(
  fields: readonly HeaderField[],
  version: "1.0" | "1.1",
  allowsChunks: boolean,
): Pick<RequestHead, "bodyBytes" | "isChunked"> | HeadFault {
  const hosts = headerValues(fields, "host");
  if (hosts.length > 1) return "host_duplicate";
  if (hosts.length === 0 && version === "1.1") return "host_missing";
  if (headerValues(fields, "origin").length > 1) return "origin_duplicate";
  const encodings = headerValues(fields, "transfer-encoding");
  const lengths = headerValues(fields, "content-length");
  if (encodings.length > 0) {
    // Both, or an encoding beside chunks, is how a request is hidden in another (RFC 9112, 6.3).
    const isPlain = encodings.join().toLowerCase() === "chunked" && lengths.length === 0;
    if (!allowsChunks || !isPlain || version === "1.0") return "transfer_encoding";
    return { bodyBytes: 0, isChunked: true };
  }
  if (lengths.length > 1) return "content_length_duplicate";
  const length = lengths[0] ?? "0";
  if (!/^\d{1,15}$/.test(length)) return "content_length";
  return { bodyBytes: Number(length), isChunked: false };
}
