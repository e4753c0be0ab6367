/**
 * Listening on a port, or one sentence that says why not.
 *
 * @module
 */
import { Fault } from "./fault.ts";

/** Where to listen. */
export interface ListenOptions {
  /** An address of this machine. */
  readonly hostname: string;
  /** The port; 0 lets the kernel choose. */
  readonly port: number;
  /** Connections the kernel holds until they are accepted. @default {the runtime's} */
  readonly tcpBacklog?: number;
}

/**
 * Listens.
 *
 * @throws {Fault} When the port is taken, not allowed, or the address is not this machine's.
 * @throws {Deno.errors.NotCapable} When the program's permissions leave the address out.
 */
export function listenTcp(options: ListenOptions): Deno.TcpListener {
  try {
    return Deno.listen(options);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw listenFault(options.hostname, options.port, error);
  }
}

/** The sentence for what kept a program from listening. */
export function listenFault(hostname: string, port: number, error: unknown): Fault {
  return new Fault(`Cannot listen on ${hostname}:${port}: ${reason(error)}`, { cause: error });
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "the port is taken by another process";
  if (error instanceof Deno.errors.PermissionDenied) return "the system does not allow it";
  if (error instanceof Deno.errors.AddrNotAvailable) return "the machine has no such address";
  return error instanceof Error ? error.message : String(error);
}
