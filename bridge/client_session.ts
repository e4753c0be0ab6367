/**
 * One client's TCP connection: its requests one after the other, until one becomes a WebSocket.
 *
 * @module
 */
import { ByteSource } from "../core/byte_source.ts";
import { clientKindOf } from "./client_kind.ts";
import { type ConnectionEnds, type GateRules, judge, type Verdict } from "./gate.ts";
import { type Exchange, readAnswer, renderAnswer } from "./http_answer.ts";
import { type Refusal, refuse, renderRefusal } from "./refusal.ts";
import { readNextRequest } from "../core/next_request.ts";
import { hasToken, headerValue, type RequestHead } from "../core/request_head.ts";
import { rewriteUrls } from "./rewrite_urls.ts";
import { closeQuietly, endWith, writeAll } from "../core/socket.ts";
import { serveSocket, type SocketDeps } from "./socket_session.ts";
import { renderUpstreamRequest } from "./upstream_request.ts";

/** What a session needs. */
export interface SessionDeps extends SocketDeps {
  /** What may pass. */
  readonly rules: GateRules;
  /** The longest time for a head, in milliseconds. */
  readonly headTimeoutMs: number;
  /** The longest silence between requests, in milliseconds. */
  readonly idleTimeoutMs: number;
}

type Passed = Extract<Verdict, { kind: "passed" }>;

/** Serves a client until its connection has ended. Never rejects for what a client does. */
export class ClientSession {
  readonly #client: Deno.TcpConn;
  readonly #deps: SessionDeps;
  readonly #source: ByteSource;
  readonly #ends: ConnectionEnds;
  #isWaiting = false;

  /**
   * Takes over an accepted connection.
   *
   * @param client The connection.
   * @param deps What the session needs.
   */
  constructor(client: Deno.TcpConn, deps: SessionDeps) {
    this.#client = client;
    this.#deps = deps;
    this.#source = new ByteSource(client);
    const { hostname, port } = client.localAddr;
    this.#ends = {
      peerAddress: client.remoteAddr.hostname,
      localAuthority: hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`,
    };
  }

  /** Closes the connection where no request is being answered on it. */
  closeIfWaiting(): void {
    if (this.#isWaiting) closeQuietly(this.#client);
  }

  /** Answers requests until the connection ends, and closes it. */
  async run(): Promise<void> {
    try {
      this.#client.setNoDelay(true);
      this.#client.setKeepAlive(true);
      for (let isFirst = true; await this.#serveOne(isFirst); isFirst = false);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      // The client broke its connection; there is nobody left to tell.
      this.#deps.log.debug("client connection broke", { peer: this.#ends.peerAddress, error });
    } finally {
      closeQuietly(this.#client);
    }
  }

  /** Answers one request; `true` where another may follow. */
  async #serveOne(isFirst: boolean): Promise<boolean> {
    const { headTimeoutMs, idleTimeoutMs, signal } = this.#deps;
    const next = await readNextRequest(this.#source, {
      isFirst,
      headTimeoutMs,
      idleTimeoutMs,
      signal,
      onWaiting: (isWaiting) => this.#isWaiting = isWaiting,
    });
    if (next === undefined) return false;
    if (next.kind === "refused") return await this.#refuse(refuse(next.reason));
    const { head } = next;
    const verdict = judge(head, this.#ends, this.#deps.rules);
    if (verdict.kind === "refused") return await this.#refuse(verdict.refusal, head);
    const body = await this.#source.readBody(head.bodyBytes);
    if (body === undefined) return false;
    if (!verdict.isUpgrade) return await this.#serveHttp(head, body, verdict);
    const refusal = await serveSocket(this.#deps, {
      client: this.#client,
      early: this.#source.takePending(),
      peer: this.#ends.peerAddress,
      head,
      verdict,
    });
    return refusal === undefined ? false : await this.#refuse(refusal, head);
  }

  /** Says no and ends the connection. */
  async #refuse(refusal: Refusal, head?: RequestHead): Promise<false> {
    const { metrics, log, lingerMs } = this.#deps;
    metrics.refusals.inc({ reason: refusal.reason });
    log.info("refused", {
      reason: refusal.reason,
      text: refusal.text,
      peer: this.#ends.peerAddress,
      client: head && clientKindOf(headerValue(head.fields, "user-agent")),
    });
    await endWith(this.#client, renderRefusal(refusal), lingerMs);
    return false;
  }

  async #serveHttp(head: RequestHead, body: Uint8Array, verdict: Passed): Promise<boolean> {
    const { signal, metrics } = this.#deps;
    const exchange = await this.#ask(head, body, verdict);
    if ("reason" in exchange) return await this.#refuse(exchange, head);
    metrics.requests.inc({ route: verdict.route.kind, status: String(exchange.head.status) });
    const isKept = head.version === "1.1"
      ? !hasToken(head.fields, "connection", "close")
      : hasToken(head.fields, "connection", "keep-alive");
    const isLast = !isKept || signal.aborted;
    await writeAll(
      this.#client,
      renderAnswer(this.#rewritten(exchange, verdict), {
        isHead: head.method === "HEAD",
        connection: isLast ? "close" : head.version === "1.0" ? "keep-alive" : undefined,
      }),
    );
    return !isLast;
  }

  #rewritten(exchange: Exchange, { route, client }: Passed): Exchange {
    if (route.kind !== "json" || exchange.head.status !== 200) return exchange;
    const body = rewriteUrls(exchange.body, this.#deps.upstreamAuthority, client);
    return { ...exchange, body };
  }

  async #ask(head: RequestHead, body: Uint8Array, verdict: Passed): Promise<Exchange | Refusal> {
    const { upstream, lookup, upstreamAuthority: authority, signal } = this.#deps;
    if (verdict.route.kind === "protocol" && head.method !== "PUT") {
      const protocol = await lookup.protocol(signal);
      if (protocol !== undefined) return protocol;
    }
    const request = renderUpstreamRequest({
      head,
      target: verdict.target,
      authority,
      isUpgrade: false,
      isCompressionAllowed: false,
    });
    const answer = await upstream.ask(body.length > 0 ? [request, body] : [request], signal);
    if (answer.kind === "refused") return answer.refusal;
    return await readAnswer(answer) ?? refuse("browser_answer");
  }
}
