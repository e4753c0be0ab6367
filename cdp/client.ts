/**
 * A small typed client of the Chrome DevTools Protocol: one WebSocket to the browser, flat
 * sessions on top.
 *
 * It sends no command on its own: it enables no domain, attaches to nothing and overrides
 * nothing, which is why it can share a browser with the person who uses it.
 * Protocol: https://chromedevtools.github.io/devtools-protocol/
 *
 * @module
 */
import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.d.ts";
import { withDeadline } from "../core/deadline.ts";

/** Every command of the protocol, such as `Storage.getCookies`. */
export type CdpCommand = keyof ProtocolMapping.Commands;

/** The parameters of a command. */
export type CdpParams<C extends CdpCommand> = ProtocolMapping.Commands[C]["paramsType"][0];

/** The result of a command. */
export type CdpResult<C extends CdpCommand> = ProtocolMapping.Commands[C]["returnType"];

/** Every event of the protocol, such as `Target.targetCreated`. */
export type CdpEventName = keyof ProtocolMapping.Events;

/** The parameters of an event. */
export type CdpEventParams<E extends CdpEventName> = ProtocolMapping.Events[E][0];

/** How to send a command. */
export interface SendOptions {
  /** The flat session it is meant for; the browser itself where it is left out. */
  sessionId?: string;
  /** The longest wait for the answer, in milliseconds. @default {10000} */
  deadlineMs?: number;
}

/** A connection to a browser. */
export interface CdpClient extends Disposable {
  /**
   * Sends a command and waits for its answer.
   *
   * @throws {CdpError} When the browser refuses it.
   * @throws {CdpClosedError} When the connection ends first.
   * @throws {DeadlineError} When no answer comes in time.
   */
  send<C extends CdpCommand>(
    method: C,
    params?: CdpParams<C>,
    options?: SendOptions,
  ): Promise<CdpResult<C>>;
  /**
   * Calls `listener` for each event of that name.
   *
   * @returns A function that ends the subscription.
   */
  on<E extends CdpEventName>(
    name: E,
    listener: (params: CdpEventParams<E>, sessionId: string | undefined) => void,
  ): () => void;
  /** Aborted when the connection has ended, whoever ended it. */
  readonly closed: AbortSignal;
  /** Ends the connection. */
  close(): void;
}

/** The browser refused a command. */
export class CdpError extends Error {
  /**
   * Repeats what the browser said.
   *
   * @param method The command that was refused.
   * @param code The error code of JSON-RPC.
   * @param message The browser's own words.
   */
  constructor(readonly method: string, readonly code: number, message: string) {
    super(`${method}: ${message}`);
    this.name = "CdpError";
  }
}

/** The connection ended while an answer was awaited. */
export class CdpClosedError extends Error {
  /**
   * Says how it ended.
   *
   * @param reason What is known of the end.
   */
  constructor(reason: string) {
    super(`CDP connection closed: ${reason}`);
    this.name = "CdpClosedError";
  }
}

/** How to connect. */
export interface CdpConnectOptions {
  /** The longest wait for the connection, in milliseconds. @default {10000} */
  deadlineMs?: number;
}

interface Pending {
  readonly method: string;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly sessionId?: string;
  readonly error?: { readonly code: number; readonly message: string };
}

/**
 * Connects to a browser's WebSocket endpoint (see `discoverBrowser`).
 *
 * @param url A `ws:` URL such as `ws://127.0.0.1:9222/devtools/browser/ID`.
 * @throws {CdpClosedError} When nobody answers there as a browser would.
 */
export async function connectCdp(url: string, options: CdpConnectOptions = {}): Promise<CdpClient> {
  const socket = new WebSocket(url);
  const pending = new Map<number, Pending>();
  const listeners = new Map<string, Set<(params: never, sessionId?: string) => void>>();
  const closed = new AbortController();
  let lastId = 0;

  function end(reason: string): void {
    if (closed.signal.aborted) return;
    closed.abort();
    for (const { reject } of pending.values()) reject(new CdpClosedError(reason));
    pending.clear();
  }

  function receive(message: Message): void {
    if (message.id === undefined) {
      for (const listener of listeners.get(message.method ?? "") ?? []) {
        listener(message.params as never, message.sessionId);
      }
      return;
    }
    const waiter = pending.get(message.id);
    if (waiter === undefined) return;
    pending.delete(message.id);
    if (message.error === undefined) waiter.resolve(message.result as never);
    else waiter.reject(new CdpError(waiter.method, message.error.code, message.error.message));
  }

  socket.onmessage = (event) => {
    const message = parseMessage(event.data);
    if (message !== undefined) return receive(message);
    end("the peer does not speak CDP");
    socket.close();
  };
  socket.onclose = (event) => end(event.reason || `code ${event.code}`);
  const opened = new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = (event) => {
      const reason = event instanceof ErrorEvent ? event.message : "connection failed";
      reject(new CdpClosedError(reason));
      end(reason);
    };
  });
  try {
    await withDeadline(opened, options.deadlineMs ?? 10_000, "Connecting to the browser");
  } catch (error) {
    socket.close();
    throw error;
  }

  const client: CdpClient = {
    closed: closed.signal,
    close() {
      end("closed by us");
      socket.close();
    },
    on(name, listener) {
      const known = listeners.get(name) ?? new Set();
      listeners.set(name, known.add(listener as never));
      return () => void known.delete(listener as never);
    },
    async send(method, params, { sessionId, deadlineMs = 10_000 } = {}) {
      if (closed.signal.aborted) throw new CdpClosedError(`before ${method}`);
      const id = ++lastId;
      const answer = new Promise<never>((resolve, reject) => {
        pending.set(id, { method, resolve, reject });
      });
      socket.send(JSON.stringify({ id, method, params, sessionId }));
      try {
        return await withDeadline(answer, deadlineMs, method);
      } finally {
        pending.delete(id);
      }
    },
    [Symbol.dispose]: () => client.close(),
  };
  return client;
}

function parseMessage(data: unknown): Message | undefined {
  try {
    const message: unknown = typeof data === "string" ? JSON.parse(data) : undefined;
    return typeof message === "object" && message !== null ? message : undefined;
  } catch {
    // Not JSON: the caller ends the connection and says why.
    return undefined;
  }
}
