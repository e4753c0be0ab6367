/**
 * A browser's whole answer, and how it is passed on.
 *
 * @module
 */
import { bytesFromLatin1 } from "../core/latin1.ts";
import type { ResponseHead } from "./response_head.ts";
import { closeQuietly } from "../core/socket.ts";
import type { UpstreamAnswer } from "./upstream.ts";

/** An answer with its body. */
export interface Exchange {
  /** The head. */
  readonly head: ResponseHead;
  /** The body. */
  readonly body: Uint8Array;
}

/** How to pass an answer on. */
export interface RenderOptions {
  /** Whether the client asked with HEAD and wants no body. */
  readonly isHead: boolean;
  /** What to say in `Connection`. */
  readonly connection: "close" | "keep-alive" | undefined;
}

/** How long a body may take; it follows its head at once. */
const BODY_MS = 30_000;

/**
 * Reads the body of an answer and closes the connection.
 *
 * @returns `undefined` where the browser ended too early.
 */
export async function readAnswer(answer: UpstreamAnswer): Promise<Exchange | undefined> {
  const timer = setTimeout(() => closeQuietly(answer.conn), BODY_MS);
  try {
    const body = await answer.source.readBody(answer.head.bodyBytes);
    return body === undefined ? undefined : { head: answer.head, body };
  } catch {
    // The connection broke.
    return undefined;
  } finally {
    clearTimeout(timer);
    closeQuietly(answer.conn);
  }
}

/** The bytes for the client: the browser's own header lines, with a length that fits. */
export function renderAnswer(exchange: Exchange, options: RenderOptions): Uint8Array {
  const { head, body } = exchange;
  const lines = [`HTTP/1.1 ${head.status} ${head.reason}`];
  for (const { name, value } of head.fields) {
    const isLength = name.toLowerCase() === "content-length";
    lines.push(isLength ? `${name}:${body.length}` : `${name}:${value}`);
  }
  if (options.connection !== undefined) lines.push(`Connection:${options.connection}`);
  const rendered = bytesFromLatin1(`${lines.join("\r\n")}\r\n\r\n`);
  if (options.isHead) return rendered;
  const whole = new Uint8Array(rendered.length + body.length);
  whole.set(rendered);
  whole.set(body, rendered.length);
  return whole;
}
