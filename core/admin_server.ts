/**
 * The port an operator looks at: `/healthz`, `/readyz` and `/metrics` of one program.
 *
 * @module
 */
import type { HealthRegistry } from "./health.ts";
import { type HttpServer, startHttpServer } from "./http_server.ts";
import type { Metrics } from "./metrics.ts";

/** What the port shows and where it listens. */
export interface AdminServerOptions {
  /** The address to listen on. */
  hostname: string;
  /** The port; 0 lets the kernel choose. */
  port: number;
  /** Named states: `/readyz` is 503 while one of them is an error. */
  health: HealthRegistry;
  /** What `/metrics` shows. */
  metrics: Metrics;
  /** Whether the program should be restarted; `/healthz` is 503 when not alive. @default {always} */
  isAlive?: () => boolean;
}

/**
 * Starts the port.
 *
 * @throws {Fault} When the address cannot be listened on.
 */
export function startAdminServer(options: AdminServerOptions): HttpServer {
  const { hostname, port, health, metrics, isAlive = () => true } = options;
  return startHttpServer(async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response("method not allowed\n", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    switch (new URL(request.url).pathname) {
      case "/healthz":
        return isAlive() ? new Response("ok\n") : stateResponse(health);
      case "/readyz":
        return health.isReady() ? new Response("ok\n") : stateResponse(health);
      case "/metrics":
        return new Response(await metrics.metrics(), {
          headers: { "content-type": metrics.contentType },
        });
      default:
        return new Response("not found\n", { status: 404 });
    }
  }, { hostname, port });
}

function stateResponse(health: HealthRegistry): Response {
  const lines = health.states().map((state) => `${state.severity} ${state.name}: ${state.text}\n`);
  return new Response(lines.join("") || "not ready\n", { status: 503 });
}
