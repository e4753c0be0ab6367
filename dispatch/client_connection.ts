/**
 * One connection from the ingress: its requests, one after the other. They may be of different
 * people, since an ingress reuses its connections for everybody.
 *
 * @module
 */
import { ByteSource } from "../core/byte_source.ts";
import { readNextRequest } from "../core/next_request.ts";
import { hasToken, type RequestHead } from "../core/request_head.ts";
import { closeQuietly, closeWriteQuietly, writeAll } from "../core/socket.ts";
import type { ConnectionDeps } from "./connection_deps.ts";
import { type Cut, SHUTDOWN, USER_REMOVED } from "./cut.ts";
import { exchange } from "./exchange.ts";
import { readIdentity } from "./identity.ts";
import { type LocalAnswer, noSession, refusal, renderLocalAnswer } from "./local_answer.ts";
import { answerNavigation, isStillMapped, unreachableAnswer } from "./navigation.ts";
import { type RequestKind, requestKind } from "./request_kind.ts";
import type { Destination, RoutingTable } from "./routing_table.ts";
import { hasSessionProof } from "./session_proof.ts";
import { runWebSocket } from "./web_socket_session.ts";

/** One client's connection. */
export class ClientConnection {
  readonly #client: Deno.TcpConn;
  readonly #deps: ConnectionDeps;
  readonly #source: ByteSource;
  readonly #peer: string;
  #current: { readonly key: string; readonly destination: Destination } | undefined;
  #abort: AbortController | undefined;
  #closeWebSocket: ((cut: Cut) => void) | undefined;
  #isWaiting = false;

  /**
   * Nothing is read before {@linkcode ClientConnection.run}.
   *
   * @param client The socket.
   * @param deps What it needs.
   */
  constructor(client: Deno.TcpConn, deps: ConnectionDeps) {
    this.#client = client;
    this.#deps = deps;
    this.#source = new ByteSource(client);
    this.#peer = client.remoteAddr.hostname;
  }

  /** Serves requests until either side is done. */
  async run(): Promise<void> {
    try {
      this.#client.setNoDelay(true);
      // An ingress whose machine is gone says nothing; its WebSockets would stay for ever.
      this.#client.setKeepAlive(true);
      for (let isFirst = true; await this.#serveOne(isFirst); isFirst = false);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      // The client broke its connection; there is nobody left to tell.
      this.#deps.log.debug("connection broke", { peer: this.#peer, error });
    } finally {
      closeQuietly(this.#client);
    }
  }

  /** Ends the connection where it waits for a request; else after the answer it is at. */
  closeIfWaiting(): void {
    if (this.#isWaiting) closeQuietly(this.#client);
  }

  /** Ends what the connection is doing for somebody whom the table no longer sends there. */
  cutIfMoved(table: RoutingTable): void {
    if (this.#current === undefined) return;
    if (!isStillMapped({ table: () => table }, this.#current)) this.cut(USER_REMOVED);
  }

  /** Ends what the connection is doing: a WebSocket with a Close frame, anything else at once. */
  cut(cut: Cut): void {
    if (this.#closeWebSocket !== undefined) return this.#closeWebSocket(cut);
    if (cut.end === "shutdown" && this.#current !== undefined) return;
    this.#abort?.abort();
    closeQuietly(this.#client);
  }

  async #serveOne(isFirst: boolean): Promise<boolean> {
    const { headTimeoutMs, idleTimeoutMs, signal } = this.#deps;
    const next = await readNextRequest(this.#source, {
      isFirst,
      headTimeoutMs,
      idleTimeoutMs,
      signal,
      allowsChunks: true,
      onWaiting: (isWaiting) => this.#isWaiting = isWaiting,
    });
    if (next === undefined) return false;
    if (next.kind === "refused") return await this.#answer(refusal(next.reason), undefined);
    const { head } = next;
    if (isHealthCheck(head)) {
      return await this.#answer({ reason: "healthy", status: 200, body: "ok\n" }, head);
    }
    const { identity, table, log } = this.#deps;
    const who = readIdentity(head.fields, this.#peer, identity);
    if (who.kind === "refused") {
      log.warn("refused", { reason: who.reason, peer: this.#peer });
      return await this.#answer(refusal(who.reason), head);
    }
    if (head.version === "1.0") return await this.#answer(refusal("http_version"), head);
    if (head.method === "TRACE") return await this.#answer(refusal("method"), head);
    const destination = table().get(who.key);
    if (destination === undefined) {
      log.warn("refused", { reason: "user_unmapped", identity: who.key, peer: this.#peer });
      return await this.#answer(refusal("user_unmapped"), head);
    }
    this.#current = { key: who.key, destination };
    try {
      return await this.#serveUser(head, destination, who.key);
    } finally {
      this.#current = undefined;
    }
  }

  async #serveUser(head: RequestHead, destination: Destination, key: string): Promise<boolean> {
    const kind = requestKind(head);
    if (kind === "navigation") {
      const answer = await answerNavigation(this.#deps, { head, destination, key });
      if (answer !== undefined) return await this.#answer(answer, head);
      // The table may have changed while the person was signed in.
      if (!isStillMapped(this.#deps, { key, destination })) {
        return await this.#answer(refusal("user_unmapped"), head);
      }
    } else if (!hasSessionProof(head, this.#deps.cookieNames.get(destination.port))) {
      return await this.#answer(noSession(), head);
    }
    return await this.#proxy(head, destination, kind);
  }

  async #proxy(head: RequestHead, destination: Destination, kind: RequestKind): Promise<boolean> {
    const { pool, metrics, health, identity, signal, log } = this.#deps;
    const abort = new AbortController();
    this.#abort = abort;
    const end = await exchange({
      client: this.#client,
      source: this.#source,
      head,
      isUpgrade: kind === "web_socket",
      port: destination.port,
      identityHeader: identity.header,
      pool,
      isLast: () => signal.aborted || hasToken(head.fields, "connection", "close"),
      signal: abort.signal,
      onBytes: (direction, count) => metrics.bytes.inc({ direction }, count),
    });
    this.#abort = undefined;
    if (end.kind === "unreachable") {
      return await this.#answer(unreachableAnswer(this.#deps, destination), head);
    }
    if (end.kind === "no_answer") {
      const { user, port } = destination;
      log.warn("no answer of an instance", { user, port, why: end.why });
      return await this.#answer(refusal("instance_answer"), head);
    }
    health.noteAlive(destination.port);
    if (end.kind === "cut") {
      if (end.status !== undefined) this.#countProxied(kind, end.status);
      return false;
    }
    if (end.kind === "upgraded") {
      this.#countProxied(kind, 101);
      await runWebSocket({
        client: this.#client,
        source: this.#source,
        upstream: end.upstream,
        answer: end.answer,
        user: destination.user,
        lingerMs: this.#deps.lingerMs,
        metrics,
        clock: this.#deps.clock,
        log,
        onOpen: (close) => {
          this.#closeWebSocket = close;
          if (signal.aborted) close(SHUTDOWN);
        },
      });
      return false;
    }
    this.#countProxied(kind, end.status);
    if (!end.isKept) await this.#linger(end.uploading);
    return end.isKept;
  }

  #countProxied(kind: RequestKind, status: number): void {
    this.#deps.metrics.proxied.inc({ kind, status: `${Math.floor(status / 100)}xx` });
  }

  /** Answers from here; `true` where another request may follow. */
  async #answer(answer: LocalAnswer, head: RequestHead | undefined): Promise<boolean> {
    const { metrics, signal } = this.#deps;
    if (answer.reason !== "healthy") metrics.answered.inc({ reason: answer.reason });
    // A body nobody read stands between this request and the next.
    const isLast = head === undefined || head.bodyBytes > 0 || head.isChunked || signal.aborted ||
      head.version === "1.0" || hasToken(head.fields, "connection", "close");
    await writeAll(
      this.#client,
      renderLocalAnswer(answer, { isHead: head?.method === "HEAD", isLast }),
    );
    if (isLast) await this.#linger(Promise.resolve());
    return !isLast;
  }

  /** Reads on for a moment, so that the last answer is not lost to a reset. */
  async #linger(uploading: Promise<void>): Promise<void> {
    const timer = setTimeout(() => closeQuietly(this.#client), this.#deps.lingerMs);
    try {
      await closeWriteQuietly(this.#client);
      await uploading;
      while (await this.#source.readPiece() !== undefined);
    } catch {
      // The client is gone already.
    } finally {
      clearTimeout(timer);
    }
  }
}

function isHealthCheck({ method, target }: RequestHead): boolean {
  return (method === "GET" || method === "HEAD") && target === "/healthz";
}
