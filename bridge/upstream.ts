/**
 * Asks the browser: one fresh connection a request.
 *
 * A DevTools connection is not reused. After a refused upgrade Chromium leaves it open but deaf,
 * and answers of pipelined requests may come in any order. Chromium's listen backlog is 10, so
 * only a few connections are opened at a time; a browser that is starting is waited for.
 * Source: content/browser/devtools/devtools_http_handler.cc, net/server/http_server.cc.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { ByteSource } from "../core/byte_source.ts";
import { Permits } from "../core/permits.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { parseResponseHead, type ResponseHead } from "./response_head.ts";
import { closeQuietly, writeAll } from "../core/socket.ts";

/** Where the browser is and how patient to be. */
export interface UpstreamOptions {
  /** The browser's address. */
  readonly hostname: string;
  /** The browser's DevTools port. */
  readonly port: number;
  /** How long to wait for a browser that refuses connections, in milliseconds. */
  readonly browserWaitMs: number;
  /** How long a browser that took the connection may take to answer, in milliseconds. */
  readonly answerMs: number;
  /** The time. */
  readonly clock: Clock;
}

/** A browser's answer, its body still to be read. */
export interface UpstreamAnswer {
  /** Says that an answer came. */
  readonly kind: "answer";
  /** The head as it came. */
  readonly headBytes: Uint8Array;
  /** The head, taken apart. */
  readonly head: ResponseHead;
  /** What follows the head. */
  readonly source: ByteSource;
  /** The connection; whoever has the answer closes it. */
  readonly conn: Deno.TcpConn;
}

/** No answer came. */
export interface UpstreamFailure {
  /** Says that none came. */
  readonly kind: "refused";
  /** What to tell the client. */
  readonly refusal: Refusal;
}

/** Less than Chromium's backlog of 10, which the machine's own probes use too. */
const MAX_OPENING = 8;

/** The way to the browser. */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #opening = new Permits(MAX_OPENING);

  /**
   * Nothing is connected yet.
   *
   * @param options Where the browser is.
   */
  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /**
   * Sends a request and reads the head of the answer.
   *
   * @param request Head and body.
   * @param signal Gives up, since the bridge is stopping.
   */
  async ask(
    request: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<UpstreamAnswer | UpstreamFailure> {
    const { clock, browserWaitMs } = this.#options;
    const waitUntil = clock.monotonic() + browserWaitMs;
    for (let pauseMs = 25;; pauseMs = Math.min(250, pauseMs * 2)) {
      const answer = await this.#askInTime(request, signal);
      if (signal.aborted) {
        if (answer !== "unreachable" && answer.kind === "answer") closeQuietly(answer.conn);
        return failure("shutting_down");
      }
      if (answer !== "unreachable") return answer;
      if (clock.monotonic() >= waitUntil) return failure("browser_unreachable");
      await clock.sleep(pauseMs, signal);
    }
  }

  async #askInTime(
    request: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<UpstreamAnswer | UpstreamFailure | "unreachable"> {
    const late = new AbortController();
    const abort = () => late.abort();
    const timer = setTimeout(abort, this.#options.answerMs);
    signal.addEventListener("abort", abort, { once: true });
    const release = await this.#opening.acquire(late.signal);
    try {
      return release === undefined
        ? failure("browser_late")
        : await this.#askOnce(request, late.signal);
    } finally {
      release?.();
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  async #askOnce(
    request: readonly Uint8Array[],
    late: AbortSignal,
  ): Promise<UpstreamAnswer | UpstreamFailure | "unreachable"> {
    const { hostname, port } = this.#options;
    let conn: Deno.TcpConn;
    try {
      conn = await Deno.connect({ hostname, port, signal: late });
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      return late.aborted ? failure("browser_late") : "unreachable";
    }
    const close = () => closeQuietly(conn);
    late.addEventListener("abort", close, { once: true });
    try {
      conn.setNoDelay(true);
      for (const bytes of request) await writeAll(conn, bytes);
      const source = new ByteSource(conn);
      const read = await source.readHead();
      const head = read.kind === "head" ? parseResponseHead(read.bytes) : undefined;
      if (head !== undefined && read.kind === "head") {
        return { kind: "answer", headBytes: read.bytes, head, source, conn };
      }
      close();
      // It took the connection and closed it: a browser that is dying or not yet ready.
      if (read.kind === "end") return "unreachable";
      return failure("browser_answer");
    } catch {
      // The connection broke, or was closed above because time ran out.
      close();
      return late.aborted ? failure("browser_late") : "unreachable";
    } finally {
      late.removeEventListener("abort", close);
    }
  }
}

function failure(reason: Parameters<typeof refuse>[0]): UpstreamFailure {
  return { kind: "refused", refusal: refuse(reason) };
}
