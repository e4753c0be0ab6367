/**
 * Accounts and groups, from `/etc/passwd`, `/etc/group` and the end date in `/etc/shadow`
 * (passwd(5), group(5), shadow(5)).
 *
 * `useradd` writes passwd, then shadow, then group: one that was cut short, by a power cut say,
 * leaves an account without a shadow line or without its group. Such an account is not there yet:
 * `create_account` is what finishes it (see `create_account.ts`).
 *
 * @module
 */
import type { AccountFact, GroupFact } from "../host_view.ts";

/** The text of the three files. */
export interface AccountFiles {
  /** `/etc/passwd`. */
  readonly passwd: string;
  /** `/etc/group`. */
  readonly group: string;
  /** `/etc/shadow`; `undefined` where it may not be read. */
  readonly shadow: string | undefined;
}

/** The accounts of a machine. */
export interface AccountTable {
  /** An account that is whole. */
  account(name: string): AccountFact | undefined;
  /** A group. */
  group(name: string): GroupFact | undefined;
  /** The number and first group of an account that may not be whole. */
  entry(name: string): { readonly uid: number; readonly gid: number } | undefined;
  /** Whether a group has this number. */
  hasGid(gid: number): boolean;
  /** Whether an account has its line in `/etc/shadow`, as far as is known. */
  hasShadow(name: string): boolean;
  /** The account that has a home at exactly this path. */
  ownerOfHome(path: string): { readonly user: string; readonly uid: number } | undefined;
}

const DAY_MS = 86_400_000;

/**
 * Reads the accounts.
 *
 * @param files The text of the files; a line that has no such form is passed over, as by libc.
 * @param nowMs The time, in milliseconds since 1970.
 */
export function accountTable(files: AccountFiles, nowMs: number): AccountTable {
  const today = Math.floor(nowMs / DAY_MS);
  const ends = new Map<string, string>();
  for (const [name, fields] of lines(files.shadow ?? "", 9)) {
    if (!ends.has(name)) ends.set(name, fields[7] ?? "");
  }
  const groups = new Map<string, GroupFact>();
  const gids = new Set<number>();
  for (const [name, fields] of lines(files.group, 4)) {
    const gid = idOf(fields[2]);
    if (gid === undefined || groups.has(name)) continue;
    const members = (fields[3] ?? "").split(",").filter((member) => member !== "");
    groups.set(name, { gid, members: new Set(members) });
    gids.add(gid);
  }
  const accounts = new Map<string, AccountFact>();
  const homes = new Map<string, { user: string; uid: number }>();
  for (const [name, fields] of lines(files.passwd, 7)) {
    const [uid, gid] = [idOf(fields[2]), idOf(fields[3])];
    if (uid === undefined || gid === undefined || accounts.has(name)) continue;
    const [home, shell] = [fields[5] ?? "", fields[6] ?? ""];
    const end = Number(ends.get(name) || "0");
    accounts.set(name, { uid, gid, home, shell, isExpired: end > 0 && today >= end });
    // The first account that names it, as everywhere else.
    if (!homes.has(home)) homes.set(home, { user: name, uid });
  }
  const hasShadow = (name: string) => files.shadow === undefined || ends.has(name);
  return {
    account: (name) => {
      const found = accounts.get(name);
      return found !== undefined && gids.has(found.gid) && hasShadow(name) ? found : undefined;
    },
    group: (name) => groups.get(name),
    entry: (name) => accounts.get(name),
    hasGid: (gid) => gids.has(gid),
    hasShadow,
    ownerOfHome: (path) => homes.get(path),
  };
}

function* lines(text: string, fieldCount: number): Generator<[string, readonly string[]]> {
  for (const line of text.split("\n")) {
    const fields = line.split(":");
    const name = fields[0] ?? "";
    if (fields.length === fieldCount && name !== "") yield [name, fields];
  }
}

function idOf(field: string | undefined): number | undefined {
  return field !== undefined && /^\d{1,10}$/.test(field) ? Number(field) : undefined;
}
