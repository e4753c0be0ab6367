/**
 * The life of an HTTP server: listen, serve, drain, stop.
 *
 * `Deno.HttpServer.shutdown()` waits for ever on an open stream, and once it was called the
 * server's signal can no longer cut one (it throws). So requests in flight are counted here:
 * when none is left the server shuts down, and when the drain time passes first it is aborted.
 *
 * @module
 */
import { listenFault } from "./listen_tcp.ts";

/** A server that listens. */
export interface HttpServer {
  /** The address it listens on. */
  readonly hostname: string;
  /** The port it listens on, also where the kernel chose it. */
  readonly port: number;
  /**
   * Answers new requests with 503, lets those in flight finish, and cuts what is left when the
   * drain time is over. A second call waits for the same end.
   */
  stop(): Promise<void>;
}

/** Where to listen and how to stop. */
export interface HttpServerOptions {
  /** The address to listen on. */
  hostname: string;
  /** The port; 0 lets the kernel choose. */
  port: number;
  /** How long requests in flight may take once the server stops, in milliseconds. @default {2000} */
  drainMs?: number;
  /** Told of every error a handler throws; the client gets a bare 500. */
  onError?: (error: unknown) => void;
}

/**
 * Starts serving.
 *
 * @param handler Answers a request; `signal` of the request is aborted when its client leaves.
 * @param options Address, port and drain time.
 * @throws {Fault} When the address cannot be listened on.
 */
export function startHttpServer(
  handler: Deno.ServeHandler,
  options: HttpServerOptions,
): HttpServer {
  const { hostname, port, drainMs = 2_000, onError } = options;
  const abort = new AbortController();
  const idle = Promise.withResolvers<void>();
  let openCount = 0;
  let stopped: Promise<void> | undefined;
  const server = listen();
  return { hostname, port: server.addr.port, stop };

  function listen(): Deno.HttpServer<Deno.NetAddr> {
    try {
      return Deno.serve({
        hostname,
        port,
        signal: abort.signal,
        onListen() {},
        onError(error) {
          onError?.(error);
          return new Response("internal error\n", { status: 500 });
        },
      }, handle);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      throw listenFault(hostname, port, error);
    }
  }

  function handle(
    request: Request,
    info: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ): Response | Promise<Response> {
    if (stopped !== undefined) {
      return new Response("stopping\n", { status: 503, headers: { connection: "close" } });
    }
    openCount += 1;
    info.completed.then(leave, leave);
    return handler(request, info);
  }

  function leave(): void {
    openCount -= 1;
    if (openCount === 0 && stopped !== undefined) idle.resolve();
  }

  function stop(): Promise<void> {
    return stopped ??= drain();
  }

  async function drain(): Promise<void> {
    if (openCount === 0) idle.resolve();
    let isLate = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        isLate = true;
        resolve();
      }, drainMs);
    });
    try {
      await Promise.race([idle.promise, late]);
      if (isLate) {
        abort.abort();
        await server.finished;
        return;
      }
      // An answer counts as complete before its last bytes are sent: the wait for a client that
      // does not read them ends with the drain time too, and the connection with the program.
      await Promise.race([server.shutdown(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
