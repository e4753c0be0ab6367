/**
 * The head of an instance's answer, and how its body ends.
 *
 * As strict as for requests: an answer whose end two readers could see in two places would let one
 * user's instance speak into another's connection.
 * Source: RFC 9112, sections 4 and 6.3.
 *
 * @module
 */
import { latin1FromBytes } from "../core/latin1.ts";
import { hasToken, type HeaderField, headerValues, parseFieldLine } from "../core/request_head.ts";

/** How a body ends. */
export type BodyEnd =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunks" }
  /** With the connection. */
  | { readonly kind: "close" };

/** An answer's head. */
export interface ResponseHead {
  /** The status code. */
  readonly status: number;
  /** The words after it. */
  readonly reason: string;
  /** The header lines in their order. */
  readonly fields: readonly HeaderField[];
  /** How the body ends. */
  readonly body: BodyEnd;
  /** Whether the instance takes another request on the connection. */
  readonly isKept: boolean;
}

/**
 * Reads the head of an answer.
 *
 * @param bytes The head with its final empty line.
 * @param method The method of the request, on which the body depends.
 * @returns `undefined` where it is not plainly an answer.
 */
export function parseResponseHead(bytes: Uint8Array, method: string): ResponseHead | undefined {
  const lines = latin1FromBytes(bytes).slice(0, -4).split("\r\n");
  const start = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: (.*))?$/.exec(lines[0] ?? "");
  if (start === null) return undefined;
  const fields: HeaderField[] = [];
  for (const line of lines.slice(1)) {
    const field = parseFieldLine(line);
    if (field === undefined) return undefined;
    fields.push(field);
  }
  const status = Number(start[2]);
  const body = readBodyEnd(fields, status, method);
  if (body === undefined) return undefined;
  const isKept = start[1] === "1"
    ? !hasToken(fields, "connection", "close")
    : hasToken(fields, "connection", "keep-alive");
  return { status, reason: start[3] ?? "", fields, body, isKept: isKept && body.kind !== "close" };
}

function readBodyEnd(
  fields: readonly HeaderField[],
  status: number,
  method: string,
): BodyEnd | undefined {
  const encodings = headerValues(fields, "transfer-encoding");
  const lengths = headerValues(fields, "content-length");
  const [length] = lengths;
  if (lengths.length > 1 || (length !== undefined && !/^\d{1,15}$/.test(length))) return undefined;
  if (encodings.length > 0) {
    if (encodings.join().toLowerCase() !== "chunked" || length !== undefined) return undefined;
  }
  const hasNone = method === "HEAD" || status < 200 || status === 204 || status === 304;
  if (hasNone) return { kind: "none" };
  if (encodings.length > 0) return { kind: "chunks" };
  return length === undefined ? { kind: "close" } : { kind: "length", bytes: Number(length) };
}
