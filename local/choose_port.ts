/**
 * Ports for the pipeline on one machine.
 *
 * @module
 */

/** Whether nobody listens on a port of 127.0.0.1. */
export type IsFree = (port: number) => boolean;

/**
 * From a well-known port to the one tried instead. Those that the kernel chooses would do only for a
 * moment: it gives them to the next connection of anyone (`ip_local_port_range`, from 32768 on), and a
 * part takes seconds until it listens.
 */
const SHIFT = 10_000;

/**
 * The wanted port where it is free, another free one where it is taken.
 *
 * @param wanted The well-known port.
 * @param taken Ports already promised to other parts; the chosen one is added.
 * @param isFree Looks at one.
 */
export function choosePort(
  wanted: number,
  taken: Set<number>,
  isFree: IsFree = isFreeOnLoopback,
): number {
  let port = wanted;
  while (taken.has(port) || !isFree(port)) port += port === wanted ? SHIFT : 1;
  taken.add(port);
  return port;
}

/** Listens for a moment on 127.0.0.1. */
export function isFreeOnLoopback(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
