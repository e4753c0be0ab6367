/**
 * Waits for the next request's head on a connection that may be kept for long, within two deadlines:
 * one for the silence before it, one for the head itself.
 *
 * @module
 */
import type { ByteSource, HeadRead } from "./byte_source.ts";

/** How long to wait, and who is told what. */
export interface NextHeadOptions {
  /** Whether nothing was asked on this connection yet: the head is due at once then. */
  readonly isFirst: boolean;
  /** The longest time for a head, in milliseconds. */
  readonly headTimeoutMs: number;
  /** The longest silence between requests, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** Aborted when no more requests are wanted. */
  readonly signal: AbortSignal;
  /** Told while the connection waits with nothing begun, so that it may be closed without loss. */
  readonly onWaiting: (isWaiting: boolean) => void;
  /** Told once when time is over, and whether part of a head had come. It ends the connection. */
  readonly onLate: (hasBegun: boolean) => void;
}

/**
 * Reads it.
 *
 * @returns `undefined` where there is none: the connection ended, or time did.
 */
export async function readNextHead(
  source: ByteSource,
  options: NextHeadOptions,
): Promise<Exclude<HeadRead, { kind: "end" }> | undefined> {
  const { isFirst, headTimeoutMs, idleTimeoutMs, signal, onWaiting, onLate } = options;
  let isLate = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const startTimer = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isLate = true;
      onLate(source.hasPending);
    }, ms);
  };
  try {
    if (signal.aborted) return undefined;
    onWaiting(true);
    startTimer(isFirst ? headTimeoutMs : idleTimeoutMs);
    if (!(await source.waitForByte())) return undefined;
    onWaiting(false);
    if (!isFirst) startTimer(headTimeoutMs);
    const read = await source.readHead();
    return isLate || read.kind === "end" ? undefined : read;
  } finally {
    onWaiting(false);
    clearTimeout(timer);
  }
}
