/**
 * Ports for the pipeline on one machine.
 *
 * @module
 */

/** Asks the kernel for a port of 127.0.0.1. */
export type TryPort = (port: number) => number | undefined;

/**
 * The wanted port where it is free, another free one where it is taken.
 *
 * @param wanted The well-known port.
 * @param taken Ports already promised to other parts; the chosen one is added.
 * @param tryPort Gives the port back where it is free, and any free one for 0.
 */
export function choosePort(
  wanted: number,
  taken: Set<number>,
  tryPort: TryPort = tryLoopbackPort,
): number {
  let port = taken.has(wanted) ? undefined : tryPort(wanted);
  while (port === undefined || taken.has(port)) port = tryPort(0);
  taken.add(port);
  return port;
}

/** Listens for a moment on 127.0.0.1. */
export function tryLoopbackPort(port: number): number | undefined {
  try {
    using listener = Deno.listen({ hostname: "127.0.0.1", port });
    return listener.addr.port;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}
