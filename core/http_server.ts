/**
 * The life of an HTTP server: listen, serve, drain, stop.
 *
 * `Deno.HttpServer.shutdown()` waits for ever on an open stream, so after a deadline the streams
 * are aborted.
 *
 * @module
 */
import { Fault } from "./fault.ts";

/** A server that listens. */
export interface HttpServer {
  /** The address it listens on. */
  readonly hostname: string;
  /** The port it listens on, also where the kernel chose it. */
  readonly port: number;
  /** Stops accepting, lets requests finish, and cuts what is left when the drain time is over. */
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
      }, handler);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      throw new Fault(`Cannot listen on ${hostname}:${port}: ${listenFault(error)}`, {
        cause: error,
      });
    }
  }

  async function stop(): Promise<void> {
    const timer = setTimeout(() => abort.abort(), drainMs);
    try {
      await server.shutdown();
      await server.finished;
    } finally {
      clearTimeout(timer);
    }
  }
}

function listenFault(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "the port is taken by another process";
  if (error instanceof Deno.errors.PermissionDenied) return "the system does not allow it";
  if (error instanceof Deno.errors.AddrNotAvailable) return "the machine has no such address";
  return error instanceof Error ? error.message : String(error);
}
