/**
 * Whose home a path is below: there, every directory on the way is the user's to change.
 *
 * @module
 */
import type { AccountTable } from "./account_table.ts";

/** Accounts below are the machine's own (`UID_MIN` of login.defs(5)). */
const FIRST_USER = 1_000;

/** The home a path is below. */
export interface Home {
  /** Where it is. */
  readonly path: string;
  /** The number of whose it is; {@linkcode NOBODY} where no account has it. */
  readonly uid: number;
  /** The account whose it is. */
  readonly user?: string;
}

/** No account: who owns nothing there may be trusted with nothing. */
export const NOBODY: number = -1;

/**
 * The home a path is below, of an account of a person; each directory of `/home` is one.
 *
 * @param path An absolute path.
 * @param accounts The machine's accounts.
 * @returns `undefined` for a home itself, which root made, and for what is below none.
 */
export function homeOf(path: string, accounts: AccountTable): Home | undefined {
  for (let at = path.indexOf("/", 1); at > 0; at = path.indexOf("/", at + 1)) {
    const home = path.slice(0, at);
    const owner = accounts.ownerOfHome(home);
    if (owner !== undefined && owner.uid >= FIRST_USER) return { path: home, ...owner };
    if (/^\/home\/[^/]+$/.test(home)) return { path: home, uid: NOBODY };
  }
  return undefined;
}
