/**
 * `dispatch.json`: whose instance listens where.
 *
 * The file is written by the provisioner. What is wrong with any part of it makes all of it
 * invalid, since a table that is half right sends somebody to the wrong place.
 *
 * @module
 */
import { z } from "zod";
import { identityKey } from "./identity.ts";

/** One user's instance. */
export interface Destination {
  /** The account it runs as. */
  readonly user: string;
  /** Its port on loopback. */
  readonly port: number;
}

/** Destinations by what identities are looked up by. */
export type RoutingTable = ReadonlyMap<string, Destination>;

/** A table, or everything that is wrong with it. */
export type TableResult =
  | { readonly kind: "table"; readonly table: RoutingTable }
  | { readonly kind: "invalid"; readonly faults: readonly string[] };

/** What an account's name may be. */
export const OS_USER: RegExp = /^[a-z_][a-z0-9_-]{0,31}$/;

const Entry = z.strictObject({
  os_user: z.string().regex(OS_USER, "must be an account's name"),
  port: z.int("must be a port").min(1_024, "must be a port from 1024").max(
    65_535,
    "must be a port",
  ),
});

const TABLE = z.record(z.string(), Entry, "must be a map of identities");

/** The JSON Schema of a table. It is a floor: the parser refuses more. */
export function routingTableJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(TABLE);
}

/**
 * Reads a table.
 *
 * @param text The file's content.
 */
export function parseRoutingTable(text: string): TableResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "invalid", faults: ["is not JSON"] };
  }
  const parsed = TABLE.safeParse(value);
  if (!parsed.success) {
    return {
      kind: "invalid",
      faults: parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`.trim()),
    };
  }
  const table = new Map<string, Destination>();
  const faults: string[] = [];
  const ports = new Map<number, string>();
  for (const [identity, { os_user: user, port }] of Object.entries(parsed.data)) {
    const key = identityKey(identity);
    if (key === undefined || identity.includes("@")) {
      faults.push(`${JSON.stringify(identity)} must be an identity without its domain`);
      continue;
    }
    if (table.has(key)) faults.push(`${identity} is there twice, in another case`);
    const owner = ports.get(port);
    if (owner !== undefined && owner !== user) {
      faults.push(`${identity} has port ${port}, which is that of ${owner}`);
    }
    ports.set(port, user);
    table.set(key, { user, port });
  }
  return faults.length === 0 ? { kind: "table", table } : { kind: "invalid", faults };
}
