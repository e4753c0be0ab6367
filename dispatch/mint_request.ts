/**
 * Whom a credential may be made for: an account that dispatch leads somebody to, and that is a
 * person's.
 *
 * @module
 */
import { OS_USER, type RoutingTable } from "./routing_table.ts";

/** An account, as `/etc/passwd` has it. */
export interface Account {
  /** Its name. */
  readonly user: string;
  /** Its number. */
  readonly uid: number;
  /** The number of its group. */
  readonly gid: number;
}

/** An account that may have a credential, or why not. */
export type MintVerdict =
  | { readonly kind: "allowed"; readonly account: Account }
  | { readonly kind: "invalid" | "unmapped"; readonly text: string };

/** The first number of accounts that are people's (`UID_MIN`, and systemd's limit). */
const FIRST_UID = 1_000;
const LAST_UID = 60_000;

/** What a name must be, as part of a sentence. */
export const NAME_RULE = "must be 1 to 32 of a-z, 0-9, _ and -, beginning with a letter or _";

/**
 * Judges a request.
 *
 * @param user The name that was asked for; anything.
 * @param table Who is led where.
 * @param passwd The content of `/etc/passwd`.
 */
export function judgeMint(user: string, table: RoutingTable, passwd: string): MintVerdict {
  if (!OS_USER.test(user)) return { kind: "invalid", text: NAME_RULE };
  if (![...table.values()].some((destination) => destination.user === user)) {
    return { kind: "unmapped", text: "nobody is led to this account" };
  }
  const account = accountOf(user, passwd);
  if (account === undefined) return { kind: "invalid", text: "there is no such account" };
  const { uid, gid } = account;
  // Whatever the table says: nothing of t3 ever runs as root or as a service.
  const isPerson = uid >= FIRST_UID && uid <= LAST_UID && gid >= FIRST_UID;
  return isPerson ? { kind: "allowed", account } : { kind: "invalid", text: "it is no person's" };
}

function accountOf(user: string, passwd: string): Account | undefined {
  const line = passwd.split("\n").find((line) => line.startsWith(`${user}:`));
  const [, , uid = "", gid = ""] = line?.split(":") ?? [];
  if (!/^\d{1,9}$/.test(uid) || !/^\d{1,9}$/.test(gid)) return undefined;
  return { user, uid: Number(uid), gid: Number(gid) };
}
