/**
 * One request passed on to an instance, and its answer passed back.
 *
 * Both bodies flow at the same time and as they come. A client that leaves takes its request with
 * it: while it waits for an answer its connection is listened to.
 *
 * @module
 */
import type { ByteSource } from "../core/byte_source.ts";
import { hasToken, type RequestHead } from "../core/request_head.ts";
import { closeQuietly, writeAll } from "../core/socket.ts";
import { type BodyCursor, ChunkCursor, CloseCursor, LengthCursor } from "./body_end.ts";
import { renderForwardRequest, renderForwardResponse } from "./forward_head.ts";
import type { InstanceConnection, InstancePool } from "./instance_pool.ts";
import { relayBody, type RelayEnd } from "./relay_body.ts";
import { parseResponseHead, type ResponseHead } from "./response_head.ts";

/** What to exchange. */
export interface ExchangeOptions {
  /** The client's socket. */
  readonly client: Deno.TcpConn;
  /** What comes from the client after the head. */
  readonly source: ByteSource;
  /** The request. */
  readonly head: RequestHead;
  /** Whether it is to become a WebSocket. */
  readonly isUpgrade: boolean;
  /** The instance's port. */
  readonly port: number;
  /** The name of the header that tells who the request is from. */
  readonly identityHeader: string;
  /** The connections to instances. */
  readonly pool: InstancePool;
  /** Whether the client's connection ends with this answer, whatever the answer is. */
  readonly isLast: () => boolean;
  /** Aborted where the exchange must end at once. */
  readonly signal: AbortSignal;
  /** Told of bytes of bodies. */
  readonly onBytes: (direction: "up" | "down", count: number) => void;
}

/** How it ended. */
export type ExchangeEnd =
  /** The answer was passed on; another request may follow where `isKept`. */
  | {
    readonly kind: "answered";
    readonly status: number;
    readonly isKept: boolean;
    /** Resolves when nothing reads from the client any more. */
    readonly uploading: Promise<void>;
  }
  /** The instance agreed to a WebSocket: nothing of its answer was passed on yet. */
  | {
    readonly kind: "upgraded";
    readonly upstream: InstanceConnection;
    readonly answer: Uint8Array;
  }
  /** Nothing was passed on: nobody listens, or what came is no answer. */
  | { readonly kind: "unreachable" }
  | { readonly kind: "no_answer"; readonly why: string }
  /** The client is gone, or the connection is of no more use. */
  | { readonly kind: "cut"; readonly status?: number };

const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");

/** How long an instance may think about a WebSocket, in milliseconds. */
const UPGRADE_MS = 30_000;

/** Exchanges a request for an answer. */
export async function exchange(options: ExchangeOptions): Promise<ExchangeEnd> {
  const { head, pool, port, signal } = options;
  const hasBody = head.bodyBytes > 0 || head.isChunked;
  const isRepeatable = !hasBody && (head.method === "GET" || head.method === "HEAD");
  const kept = isRepeatable && !options.isUpgrade ? pool.take(port) : undefined;
  if (kept !== undefined) {
    const end = await exchangeOver(kept, options);
    if (end !== "stale") return end;
  }
  if (signal.aborted) return { kind: "cut" };
  const connected = await pool.connect(port, signal);
  if (connected.kind === "unreachable") {
    if (signal.aborted) return { kind: "cut" };
    return connected.why === "refused"
      ? { kind: "unreachable" }
      : { kind: "no_answer", why: connected.text };
  }
  const end = await exchangeOver(connected.connection, options);
  return end === "stale" ? { kind: "no_answer", why: "the connection ended" } : end;
}

/** Exchanges over one connection; `stale` where it broke before the first byte of an answer. */
async function exchangeOver(
  upstream: InstanceConnection,
  options: ExchangeOptions,
): Promise<ExchangeEnd | "stale"> {
  const { client, source, head, isUpgrade, identityHeader, pool, signal, onBytes } = options;
  const { conn } = upstream;
  const hasBody = head.bodyBytes > 0 || head.isChunked;
  let isOver = false;
  let isClientGone = false;
  const cut = () => {
    if (!isOver) closeQuietly(conn);
  };
  const leave = () => {
    isClientGone = true;
    cut();
  };
  const watchClient = () =>
    void source.waitForByte().then((isThere) => isThere ? undefined : leave(), leave);
  signal.addEventListener("abort", cut, { once: true });
  // A handshake has its end in sight, and its client cannot be listened to: what it says belongs
  // to the WebSocket.
  const timer = isUpgrade ? setTimeout(cut, UPGRADE_MS) : undefined;
  let uploadEnd: RelayEnd | undefined;
  const uploading = relayBody({
    source,
    cursor: requestCursor(head),
    sink: conn,
    head: renderForwardRequest({ head, identityHeader, isUpgrade }),
    onBytes: (count) => onBytes("up", count),
  }).then((end) => {
    uploadEnd = end;
    // The instance must not wait for what is left of a request that broke off.
    if (end === "source_cut" || end === "source_invalid") leave();
    else if (end === "complete" && !isUpgrade && !isOver) watchClient();
  });
  try {
    const read = await readAnswerHead(upstream, options);
    if (read === "stale" || read === "invalid") {
      if (isClientGone || signal.aborted) return { kind: "cut" };
      if (read === "stale" && upstream.isReused) return "stale";
      const why = read === "stale" ? "it ended without an answer" : "it gave no answer in HTTP";
      return { kind: "no_answer", why };
    }
    if (read.status === 101) {
      if (!isUpgrade) return { kind: "no_answer", why: "it changed the protocol unasked" };
      isOver = true;
      const answer = renderForwardResponse(read, { isLast: false, isUpgrade: true });
      return { kind: "upgraded", upstream, answer };
    }
    // Where the answer came before the request was all there, what the client still sends could
    // not be told from its next request.
    if (hasBody && uploadEnd === undefined) await turn();
    const isUploaded = !hasBody || uploadEnd === "complete";
    const isLast = read.body.kind === "close" || !isUploaded || options.isLast();
    const end = await relayBody({
      source: upstream.source,
      cursor: responseCursor(read),
      sink: client,
      head: renderForwardResponse(read, { isLast, isUpgrade: false }),
      onBytes: (count) => onBytes("down", count),
    });
    if (end !== "complete") return { kind: "cut", status: read.status };
    if (read.isKept && isUploaded && !signal.aborted && !isClientGone) {
      isOver = true;
      pool.give(upstream);
    }
    return { kind: "answered", status: read.status, isKept: !isLast, uploading };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cut);
    cut();
    isOver = true;
  }
}

/**
 * Reads the final head of an answer.
 *
 * Of what comes before it only the leave to go on is passed, to a client that waits for it, and
 * without a header of the instance's. An ingress that knows no interim answers would take one for
 * the final one, and the final one for the answer to the next request: somebody else's.
 */
async function readAnswerHead(
  { source }: InstanceConnection,
  { client, head }: ExchangeOptions,
): Promise<ResponseHead | "stale" | "invalid"> {
  let isFirst = true;
  let isAwaited = hasToken(head.fields, "expect", "100-continue");
  while (true) {
    let read;
    try {
      read = await source.readHead();
    } catch {
      return isFirst ? "stale" : "invalid";
    }
    if (read.kind === "end") return read.isClean && isFirst ? "stale" : "invalid";
    if (read.kind !== "head") return "invalid";
    const parsed = parseResponseHead(read.bytes, head.method);
    if (parsed === undefined) return "invalid";
    if (parsed.status >= 200 || parsed.status === 101) return parsed;
    isFirst = false;
    if (parsed.status !== 100 || !isAwaited) continue;
    isAwaited = false;
    try {
      await writeAll(client, CONTINUE);
    } catch {
      return "invalid";
    }
  }
}

/** Lets everything that has happened be told: the answer may be read before the last write is. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function requestCursor({ isChunked, bodyBytes }: RequestHead): BodyCursor {
  return isChunked ? new ChunkCursor({ allowsTrailers: false }) : new LengthCursor(bodyBytes);
}

function responseCursor({ body }: ResponseHead): BodyCursor {
  switch (body.kind) {
    case "none":
      return new LengthCursor(0);
    case "length":
      return new LengthCursor(body.bytes);
    case "chunks":
      return new ChunkCursor({ allowsTrailers: true });
    case "close":
      return new CloseCursor();
  }
}
