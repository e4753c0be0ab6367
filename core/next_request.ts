/**
 * Waits for the head of the next request on a connection that may be kept for long, within two
 * deadlines: one for the silence before it, one for the head itself.
 *
 * @module
 */
import type { ByteSource } from "./byte_source.ts";
import { type HeadFault, parseRequestHead, type RequestHead } from "./request_head.ts";

/** A request's head, or why what came is none. */
export type NextRequest =
  | { readonly kind: "head"; readonly head: RequestHead }
  | {
    readonly kind: "refused";
    readonly reason: HeadFault | "head_too_large" | "head_timeout";
  };

/** How long to wait, and for what. */
export interface NextRequestOptions {
  /** Whether nothing was asked on this connection yet: the head is due at once then. */
  readonly isFirst: boolean;
  /** The longest time for a head, in milliseconds. */
  readonly headTimeoutMs: number;
  /** The longest silence between requests, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** Whether a body in chunks is read; else it is refused. @default {false} */
  readonly allowsChunks?: boolean;
  /** Aborted when no more requests are wanted. */
  readonly signal: AbortSignal;
  /** Told while the connection waits with nothing begun, so that it may be closed without loss. */
  readonly onWaiting: (isWaiting: boolean) => void;
}

/**
 * Reads it.
 *
 * @returns `undefined` where there is none and nobody to tell: the connection ended, or nothing
 * came in time. After it, as after a refusal, the connection is to be closed.
 */
export async function readNextRequest(
  source: ByteSource,
  options: NextRequestOptions,
): Promise<NextRequest | undefined> {
  const { isFirst, headTimeoutMs, idleTimeoutMs, allowsChunks = false, signal, onWaiting } =
    options;
  if (signal.aborted) return undefined;
  const late = Promise.withResolvers<NextRequest | undefined>();
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const startTimer = (ms: number) => {
    clearTimeout(timer);
    // Reading ends, writing still works: who began a head is told why it is not read.
    const answer = (): NextRequest | undefined =>
      source.hasPending ? { kind: "refused", reason: "head_timeout" } : undefined;
    timer = setTimeout(() => late.resolve(answer()), ms);
  };
  onWaiting(true);
  startTimer(isFirst ? headTimeoutMs : idleTimeoutMs);
  try {
    return await Promise.race([read(), late.promise]);
  } finally {
    isOver = true;
    clearTimeout(timer);
    onWaiting(false);
  }

  async function read(): Promise<NextRequest | undefined> {
    if (!(await source.waitForByte()) || isOver) return undefined;
    onWaiting(false);
    if (!isFirst) startTimer(headTimeoutMs);
    const read = await source.readHead();
    if (read.kind === "end") return undefined;
    if (read.kind === "too_large") return { kind: "refused", reason: "head_too_large" };
    if (read.kind === "invalid") return { kind: "refused", reason: read.fault };
    const result = parseRequestHead(read.bytes, { allowsChunks });
    return result.kind === "head" ? result : { kind: "refused", reason: result.fault };
  }
}
