/**
 * The machine this runs on, as planners see it.
 *
 * Units are asked for once, and accounts and listeners when they are first needed; what an action
 * changed is read again. Files are looked at each time.
 *
 * Reads: `/etc/passwd`, `/etc/group`, `/etc/shadow`, `/etc/systemd/system/*.wants`, and whatever
 * path it is asked for. Runs: `/usr/bin/timeout` and through it `/usr/bin/systemctl`,
 * `/usr/bin/cat`, to name who holds a port `/usr/bin/find`, and to know accounts of a directory
 * such as LDAP `/usr/bin/getent`.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import type { HostView } from "../host_view.ts";
import { type AccountTable, accountTable } from "./account_table.ts";
import { homeOf } from "./home_of.ts";
import { findHolder, type ListenerEntry, readListeners } from "./listener_table.ts";
import { directoryNames, fileBytes, fileFact } from "./read_file.ts";
import { readTool } from "./read_tool.ts";
import { readUnits, type UnitTable } from "./unit_table.ts";

const GETENT = "/usr/bin/getent";

/** What an action changed and is to be read again. */
export type Forgotten =
  | { readonly what: "accounts" }
  | { readonly what: "every unit" }
  | { readonly what: "listeners" }
  | { readonly what: "unit"; readonly unit: string };

/** The real machine. */
export interface RealHost extends HostView {
  /** Every account and group, also those that are not whole. */
  accounts(): AccountTable;
  /** Reads again, when it is next asked for, what changed. */
  forget(forgotten: Forgotten): void;
}

/**
 * A view of this machine.
 *
 * @param clock Says whether an account has ended.
 * @throws {Fault} From a fact that cannot be read, when it is asked for: a machine that systemd
 * does not run has no units.
 */
export function realHost(clock: Clock): RealHost {
  let accounts: AccountTable | undefined;
  let units: UnitTable | undefined;
  let listeners: ReadonlyMap<number, ListenerEntry> | undefined;

  const accountsNow = () => accounts ??= readAccounts(clock.now());
  const unitsNow = () => units ??= readUnits();
  const listenersNow = () => listeners ??= readListeners();
  const ownerOf = (path: string) => homeOf(path, accountsNow())?.uid;

  return {
    file: fileFact,
    bytes: (path) => fileBytes(path, ownerOf(path)),
    names: (path) => directoryNames(path, ownerOf(path)),
    account: (name) => accountsNow().account(name),
    // It prints nothing where nobody knows the name; one that is half made is the machine's own.
    isForeignAccount: (name) =>
      accountsNow().entry(name) === undefined &&
      readTool(GETENT, ["passwd", name], 10).stdout !== "",
    group: (name) => accountsNow().group(name),
    unit: (name) => unitsNow().unit(name),
    listener: (port) => {
      const found = listenersNow().get(port);
      if (found === undefined) return undefined;
      const { inode: _, ...listener } = found;
      return listener;
    },
    holder: (port) => {
      const found = listenersNow().get(port);
      return found === undefined ? undefined : findHolder(found.inode);
    },
    accounts: accountsNow,
    forget: (forgotten) => {
      // A unit that starts or stops takes or leaves its port.
      if (forgotten.what === "accounts") accounts = undefined;
      else listeners = undefined;
      if (forgotten.what === "every unit") units = undefined;
      if (forgotten.what === "unit") units?.forget(forgotten.unit);
    },
  };
}

function readAccounts(nowMs: number): AccountTable {
  return accountTable({
    passwd: Deno.readTextFileSync("/etc/passwd"),
    group: Deno.readTextFileSync("/etc/group"),
    shadow: readShadow(),
  }, nowMs);
}

/** Only root may read it, and anyone may plan: to them no account has ended. */
function readShadow(): string | undefined {
  try {
    return Deno.readTextFileSync("/etc/shadow");
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}
