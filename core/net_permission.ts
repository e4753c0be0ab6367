/**
 * Says at start which addresses the program's permissions leave out, instead of failing with the
 * first client.
 *
 * @module
 */
import { Fault } from "./fault.ts";

/** An address the program will use. */
export interface NeededAddress {
  /** The variables that name it. */
  readonly variables: string;
  /** Host or address. */
  readonly hostname: string;
  /** The port; 0 is any. */
  readonly port: number;
}

/**
 * Checks that every address may be used.
 *
 * @throws {Fault} With code `config`, naming those that may not and the flag that allows them.
 */
export function requireAddresses(needed: readonly NeededAddress[]): void {
  const missing = needed.map(({ variables, hostname, port }) => {
    const name = hostname.includes(":") ? `[${hostname}]` : hostname;
    return { variables, host: port === 0 ? name : `${name}:${port}` };
  }).filter(({ host }) => Deno.permissions.querySync({ name: "net", host }).state !== "granted");
  if (missing.length === 0) return;
  const list = missing.map(({ variables, host }) => `${host} (${variables})`).join(", ");
  throw new Fault(
    `Cannot use ${list}: the permissions do not allow it, pass --allow-net with all addresses`,
    { code: "config" },
  );
}
