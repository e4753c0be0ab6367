/**
 * Whether a port is free for a child that is about to listen on it.
 *
 * Chromium runs on without DevTools where its port is taken, and somebody else's browser would
 * answer there instead; so this is looked at before every start.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";

/** A port and who wants it. */
export interface PortClaim {
  /** The address to listen on. */
  readonly hostname: string;
  /** The port. */
  readonly port: number;
  /** The variable that names it. */
  readonly variable: string;
}

/**
 * Resolves when nobody listens there. A listener of the last run gets a moment to go away.
 *
 * @param claim The port.
 * @param clock Time.
 * @param options How long to wait, in milliseconds.
 * @throws {Fault} When it stays taken, or can never be listened on.
 */
export async function waitForFreePort(
  claim: PortClaim,
  clock: Clock,
  options: { patienceMs?: number } = {},
): Promise<void> {
  const { hostname, port, variable } = claim;
  const lateMs = clock.monotonic() + (options.patienceMs ?? 3_000);
  while (true) {
    try {
      Deno.listen({ hostname, port }).close();
      return;
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      const isTaken = error instanceof Deno.errors.AddrInUse;
      if (!isTaken || clock.monotonic() >= lateMs) {
        const why = isTaken ? "the port is taken by another process" : errorText(error);
        throw new Fault(`Cannot listen on ${hostname}:${port} (${variable}): ${why}`, {
          cause: error,
        });
      }
    }
    await clock.sleep(100);
  }
}
