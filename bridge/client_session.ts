/**
 * One client's TCP connection: its requests one after the other, until one becomes a WebSocket.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { BridgeMetrics } from "./bridge_metrics.ts";
import { ByteSource } from "./byte_source.ts";
import { clientKindOf, isPingable } from "./client_kind.ts";
import { CLOSE_CODE } from "./frame_writer.ts";
import { type ConnectionEnds, type GateRules, judge, type Verdict } from "./gate.ts";
import { type Exchange, readAnswer, renderAnswer } from "./http_answer.ts";
import { type Refusal, type RefusalReason, refuse, renderRefusal } from "./refusal.ts";
import { hasToken, headerValue, parseRequestHead, type RequestHead } from "./request_head.ts";
import { rewriteUrls } from "./rewrite_urls.ts";
import type { Route } from "./route.ts";
import { closeQuietly, closeWriteQuietly, writeAll } from "./socket.ts";
import { type ClientFilter, Tunnel } from "./tunnel.ts";
import type { Upstream, UpstreamAnswer } from "./upstream.ts";
import { renderUpstreamRequest } from "./upstream_request.ts";

/** What a session needs. */
export interface SessionDeps {
  /** What may pass. */
  readonly rules: GateRules;
  /** The way to the browser. */
  readonly upstream: Upstream;
  /** What the bridge names in `Host` upstream. */
  readonly upstreamAuthority: string;
  /** Whether clients may negotiate compression. */
  readonly isCompressionAllowed: boolean;
  /** The longest time for a head, in milliseconds. */
  readonly headTimeoutMs: number;
  /** The longest silence between requests, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** How long a client may take to leave, in milliseconds. */
  readonly lingerMs: number;
  /** Makes the filter of a new socket; none: nothing is looked at. */
  readonly createFilter?: ((log: Logger) => ClientFilter) | undefined;
  /** The figures. */
  readonly metrics: BridgeMetrics;
  /** The time. */
  readonly clock: Clock;
  /** The log. */
  readonly log: Logger;
  /** Aborted when the bridge stops. */
  readonly signal: AbortSignal;
  /** Told of each tunnel while it runs. */
  readonly tunnels: Set<Tunnel>;
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
    const head = await this.#readHead(isFirst);
    if (head === undefined) return false;
    const verdict = judge(head, this.#ends, this.#deps.rules);
    if (verdict.kind === "refused") return await this.#refuse(verdict.refusal, head);
    const body = await this.#source.readBody(head.bodyBytes);
    if (body === undefined) return false;
    return verdict.isUpgrade
      ? await this.#serveSocket(head, verdict)
      : await this.#serveHttp(head, body, verdict);
  }

  async #readHead(isFirst: boolean): Promise<RequestHead | undefined> {
    const { headTimeoutMs, idleTimeoutMs, signal } = this.#deps;
    let isLate = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const startTimer = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        isLate = true;
        // Reading ends, writing still works: a slow client is told why.
        if (this.#source.hasPending) void this.#refuse(refuse("head_timeout"));
        else closeQuietly(this.#client);
      }, ms);
    };
    try {
      if (signal.aborted) return undefined;
      this.#isWaiting = true;
      startTimer(isFirst ? headTimeoutMs : idleTimeoutMs);
      if (!(await this.#source.waitForByte())) return undefined;
      this.#isWaiting = false;
      if (!isFirst) startTimer(headTimeoutMs);
      const read = await this.#source.readHead();
      clearTimeout(timer);
      if (isLate || read.kind === "end") return undefined;
      if (read.kind === "too_large") return await this.#refuseHead("head_too_large");
      if (read.kind === "invalid") return await this.#refuseHead(read.fault);
      const result = parseRequestHead(read.bytes);
      if (result.kind === "head") return result.head;
      return await this.#refuseHead(result.fault);
    } finally {
      this.#isWaiting = false;
      clearTimeout(timer);
    }
  }

  async #refuseHead(reason: RefusalReason): Promise<undefined> {
    await this.#refuse(refuse(reason));
  }

  /** Says no and ends the connection. */
  async #refuse(refusal: Refusal, head?: RequestHead): Promise<false> {
    const { metrics, log, lingerMs } = this.#deps;
    metrics.refusals.inc({ reason: refusal.reason });
    log.info("refused", {
      reason: refusal.reason,
      peer: this.#ends.peerAddress,
      client: head && clientKindOf(headerValue(head.fields, "user-agent")),
    });
    await endWith(this.#client, renderRefusal(refusal), lingerMs);
    return false;
  }

  async #serveHttp(head: RequestHead, body: Uint8Array, verdict: Passed): Promise<boolean> {
    const { upstream, signal, metrics } = this.#deps;
    const request = [this.#upstreamHead(head, verdict), ...(body.length > 0 ? [body] : [])];
    const answer = await upstream.ask(request, signal);
    if (answer.kind === "refused") return await this.#refuse(answer.refusal, head);
    const exchange = await readAnswer(answer);
    if (exchange === undefined) return await this.#refuse(refuse("browser_answer"), head);
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

  async #serveSocket(head: RequestHead, verdict: Passed): Promise<boolean> {
    const target = await this.#socketTarget(head, verdict);
    if (typeof target !== "string") return await this.#refuse(target, head);
    const request = this.#upstreamHead(head, { ...verdict, target });
    const answer = await this.#deps.upstream.ask([request], this.#deps.signal);
    if (answer.kind === "refused") return await this.#refuse(answer.refusal, head);
    if (answer.head.status !== 101) {
      return await this.#refuse(await this.#refusedUpgrade(answer, verdict), head);
    }
    await this.#runTunnel(head, verdict.route, answer);
    return false;
  }

  /** The path to ask upstream: without a query, which Chromium would take for a part of an id. */
  async #socketTarget(head: RequestHead, { route, target }: Passed): Promise<string | Refusal> {
    if (route.kind === "target_socket") return route.path;
    if (route.kind !== "browser_socket") return target;
    if (route.id !== undefined) return route.path;
    const current = await this.#currentBrowserPath(head);
    return current ?? refuse("browser_unreachable");
  }

  async #currentBrowserPath(head: RequestHead): Promise<string | undefined> {
    const { upstream, signal, upstreamAuthority } = this.#deps;
    const request = renderUpstreamRequest({
      head: { ...head, method: "GET", fields: [], bodyBytes: 0 },
      target: "/json/version",
      authority: upstreamAuthority,
      isUpgrade: false,
      isCompressionAllowed: false,
    });
    const answer = await upstream.ask([request], signal);
    if (answer.kind === "refused") return undefined;
    const exchange = await readAnswer(answer);
    if (exchange === undefined) return undefined;
    const text = new TextDecoder().decode(exchange.body);
    return /"webSocketDebuggerUrl":\s*"ws:\/\/[^/"]+(\/devtools\/browser\/[\w-]+)"/.exec(text)?.[1];
  }

  async #refusedUpgrade(answer: UpstreamAnswer, { route, client }: Passed): Promise<Refusal> {
    const exchange = await readAnswer(answer);
    if (route.kind === "browser_socket" && answer.head.status === 404) {
      const request = { method: "GET", target: "/", version: "1.1", fields: [], bodyBytes: 0 };
      const current = await this.#currentBrowserPath(request as RequestHead);
      if (current !== undefined && current !== route.path) {
        const base = `${client.isSecure ? "wss" : "ws"}://${client.authority}`;
        return refuse(
          "stale_browser_id",
          `connect to ${base}${current}, or to ${base}/devtools/browser, which is always current`,
        );
      }
    }
    const said = new TextDecoder().decode(exchange?.body ?? new Uint8Array()).trim();
    const { status, reason } = answer.head;
    return refuse("upgrade_refused", said.slice(0, 300) || `${status} ${reason}`, status);
  }

  async #runTunnel(head: RequestHead, route: Route, answer: UpstreamAnswer): Promise<void> {
    const { metrics, tunnels, lingerMs, createFilter, clock } = this.#deps;
    const kind = clientKindOf(headerValue(head.fields, "user-agent"));
    const log = this.#deps.log.with({ peer: this.#ends.peerAddress, client: kind });
    const isBrowser = route.kind === "browser_socket";
    const startedMs = clock.monotonic();
    await writeAll(this.#client, answer.headBytes);
    const tunnel = new Tunnel({
      client: this.#client,
      browser: answer.conn,
      early: this.#source.takePending(),
      greeting: answer.source.takePending(),
      browserEnd: isBrowser
        ? { code: CLOSE_CODE.restart, text: "The browser ended: connect again" }
        : { code: CLOSE_CODE.goingAway, text: "The page or the browser ended" },
      filter: createFilter?.(log),
      isPingable: isPingable(kind),
      lingerMs,
    });
    tunnels.add(tunnel);
    metrics.sockets.inc({ client: kind });
    metrics.openSockets.inc({ client: kind });
    try {
      const end = await tunnel.run();
      const { up, down, upBytes, downBytes } = tunnel.stats;
      metrics.ends.inc({ reason: end });
      log.info("socket ended", {
        end,
        route: route.kind,
        durationMs: Math.round(clock.monotonic() - startedMs),
        upBytes,
        downBytes,
        upMessages: up.messages,
        downMessages: down.messages,
        largestUpBytes: up.largestMessageBytes,
        largestDownBytes: down.largestMessageBytes,
      });
    } finally {
      tunnels.delete(tunnel);
      metrics.openSockets.dec({ client: kind });
    }
  }

  #upstreamHead(head: RequestHead, { target, isUpgrade }: Passed): Uint8Array {
    const { upstreamAuthority: authority, isCompressionAllowed } = this.#deps;
    return renderUpstreamRequest({ head, target, authority, isUpgrade, isCompressionAllowed });
  }
}

/** Sends a last answer, and reads on for a moment so that it is not lost to a reset. */
export async function endWith(
  client: Deno.TcpConn,
  answer: Uint8Array,
  lingerMs: number,
): Promise<void> {
  const timer = setTimeout(() => closeQuietly(client), lingerMs);
  try {
    await writeAll(client, answer);
    await closeWriteQuietly(client);
    const buffer = new Uint8Array(4_096);
    while (await client.read(buffer) !== null);
  } catch {
    // The client is gone already.
  } finally {
    clearTimeout(timer);
    closeQuietly(client);
  }
}
