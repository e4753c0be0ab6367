/**
 * Ports nobody listens on.
 *
 * @module
 */

/** Below the range the kernel takes ports of outgoing connections from (`ip_local_port_range`). */
const FIRST = 20_000;
const LAST = 32_000;

const given = new Set<number>();

/** A TCP port that was free on 127.0.0.1 a moment ago, and another one every time. */
export function freePort(): number {
  while (true) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (given.has(port) || !isFree(port)) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
