/**
 * Accepts connections until it is told to stop.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { Logger } from "./log.ts";

/** What accepting needs. */
export interface AcceptOptions {
  /** Aborted before the listener is closed. */
  readonly signal: AbortSignal;
  /** The time. */
  readonly clock: Clock;
  /** The log. */
  readonly log: Logger;
}

/**
 * Hands over each connection. What keeps one from being accepted, too many open files or a client
 * that left while it waited, does not end the server.
 *
 * @param listener Where they come in.
 * @param take Takes one, at once.
 */
export async function acceptEach(
  listener: Deno.TcpListener,
  take: (conn: Deno.TcpConn) => void,
  { signal, clock, log }: AcceptOptions,
): Promise<void> {
  while (!signal.aborted) {
    let conn: Deno.TcpConn;
    try {
      conn = await listener.accept();
    } catch (error) {
      if (signal.aborted) return;
      log.warn("cannot accept a connection", { error: error as Error });
      await clock.sleep(100, signal);
      continue;
    }
    take(conn);
  }
}
