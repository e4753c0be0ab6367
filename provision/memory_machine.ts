/**
 * A machine in memory, for tests of plans: it refuses what a real one refuses.
 *
 * It passes the same contract as the real machine (`tests/support/machine_contract/`).
 *
 * @module
 */
import type { Action, UnitAction } from "./action.ts";
import type {
  AccountFact,
  FileFact,
  GroupFact,
  HostView,
  Listener,
  UnitFact,
} from "./host_view.ts";
import { MAX_READ_BYTES } from "./host_view.ts";
import { DONE, type Outcome } from "./item.ts";
import type { Machine } from "./machine.ts";
import {
  failed,
  type MemoryEntry,
  type MemoryState,
  parentOf,
  performInMemory,
  putFile,
  userAbove,
} from "./memory_files.ts";

/** A machine in memory. What is not told apart by the contract is left out: links are not followed. */
export interface MemoryMachine extends Machine, MemoryState {
  /** Units that were ever enabled, disabled or started, by name. */
  readonly units: Map<string, UnitFact>;
  /** Accounts that only another source knows. */
  readonly foreign: Set<string>;
  /** Who listens, by port. */
  readonly listeners: Map<number, Listener>;
  /** Units that fail when they are started. */
  readonly broken: Set<string>;
  /** Every action that was asked for, in order. */
  readonly performed: Action[];
}

const ROOT_DIRECTORIES = [
  ...["/", "/etc", "/etc/systemd", "/etc/systemd/system", "/home", "/opt", "/usr", "/usr/bin"],
  ...["/usr/local", "/usr/local/bin", "/var", "/var/lib"],
];
const FIRST_SYSTEM_ID = 900;
const FIRST_USER_ID = 1_000;

/** A bare machine: root, a shell, no users. */
export function memoryMachine(): MemoryMachine {
  const files = new Map<string, MemoryEntry>(
    ROOT_DIRECTORIES.map((path) => [path, { kind: "directory", mode: 0o755, uid: 0, gid: 0 }]),
  );
  for (const shell of ["/usr/bin/bash", "/usr/bin/zsh", "/bin/bash", "/bin/zsh"]) {
    files.set(shell, { kind: "file", mode: 0o755, uid: 0, gid: 0, bytes: new Uint8Array() });
  }
  const accounts = new Map<string, AccountFact>([
    ["root", { uid: 0, gid: 0, home: "/root", shell: "/bin/bash", isExpired: false }],
  ]);
  const groups = new Map<string, GroupFact>([["root", { gid: 0, members: new Set() }]]);
  const units = new Map<string, UnitFact>();
  const listeners = new Map<number, Listener>();
  const foreign = new Set<string>();
  const broken = new Set<string>();
  const performed: Action[] = [];
  const state: MemoryState = { files, accounts, groups };

  const host: HostView = {
    file: (path) => factOf(files.get(path)),
    bytes: (path) => {
      const entry = files.get(path);
      if (entry?.kind !== "file" || entry.bytes.length > MAX_READ_BYTES) return undefined;
      const owner = userAbove(state, path);
      const isReadable = owner === undefined || accounts.get(owner)?.uid === entry.uid;
      return isReadable ? entry.bytes : undefined;
    },
    names: (path) => {
      if (files.get(path)?.kind !== "directory") return [];
      const names = [...files.keys()].filter((one) => one !== "/" && parentOf(one) === path);
      return names.map((one) => one.slice(one.lastIndexOf("/") + 1)).sort();
    },
    account: (name) => accounts.get(name),
    isForeignAccount: (name) => foreign.has(name),
    group: (name) => groups.get(name),
    unit: (name) => units.get(name) ?? { isEnabled: false, active: "inactive" },
    listener: (port) => listeners.get(port),
    holder: () => undefined,
  };

  function freeId(from: number): number {
    const taken = new Set([
      ...[...accounts.values()].map(({ uid }) => uid),
      ...[...groups.values()].map(({ gid }) => gid),
    ]);
    let id = from;
    while (taken.has(id)) id++;
    return id;
  }

  function createHome(user: string, home: string): Outcome {
    const account = accounts.get(user);
    if (account === undefined) return failed(`there is no account "${user}"`);
    if (files.get(parentOf(home))?.kind !== "directory") return failed(`no ${parentOf(home)}`);
    if (!files.has(home)) {
      files.set(home, { kind: "directory", mode: 0o700, uid: account.uid, gid: account.gid });
    }
    return DONE;
  }

  function onAccount(user: string, change: Partial<AccountFact>): Outcome {
    const account = accounts.get(user);
    if (account === undefined) return failed(`there is no account "${user}"`);
    accounts.set(user, { ...account, ...change });
    return DONE;
  }

  function act(action: Action): Outcome {
    switch (action.kind) {
      case "create_account": {
        const { user, shell } = action;
        if (factOf(files.get(shell)).kind !== "file") return failed(`no shell ${shell}`);
        if (accounts.has(user)) return createHome(user, `/home/${user}`);
        if (groups.has(user)) return failed(`there is a group "${user}"`);
        if (foreign.has(user)) return failed(`user "${user}" already exists`);
        const id = freeId(FIRST_USER_ID);
        const home = `/home/${user}`;
        accounts.set(user, { uid: id, gid: id, home, shell, isExpired: false });
        groups.set(user, { gid: id, members: new Set() });
        return createHome(user, home);
      }
      case "create_home":
        return createHome(action.user, action.home);
      case "create_group":
        if (groups.has(action.group)) return failed(`there is a group "${action.group}"`);
        groups.set(action.group, { gid: freeId(FIRST_SYSTEM_ID), members: new Set() });
        return DONE;
      case "join_group": {
        const group = groups.get(action.group);
        if (group === undefined) return failed(`there is no group "${action.group}"`);
        if (!accounts.has(action.user)) return failed(`there is no account "${action.user}"`);
        const members = new Set([...group.members, action.user]);
        groups.set(action.group, { ...group, members });
        return DONE;
      }
      case "expire_account":
        return onAccount(action.user, { isExpired: true });
      case "revive_account":
        return onAccount(action.user, { isExpired: false });
      case "write_file":
      case "make_directory":
      case "change_mode":
      case "change_owner":
      case "link":
        return performInMemory(action, state);
      case "reload_units":
        return DONE;
      case "enable_unit":
      case "disable_unit":
      case "restart_unit":
        return onUnit(action);
      case "wire_agent": {
        const { user, foreseen } = action;
        const content = new TextEncoder().encode(foreseen.content);
        return putFile(state, foreseen.path, content, 0o600, user);
      }
      case "install_claude":
        return putFile(
          state,
          `/home/${action.user}/.local/bin/claude`,
          new Uint8Array(),
          0o755,
          action.user,
        );
      case "retire_legacy":
        return DONE;
      case "install_tree":
        files.set(action.path, { kind: "directory", mode: 0o755, uid: 0, gid: 0 });
        return DONE;
      case "install_accounts":
        for (const name of action.groups) {
          groups.set(name, { gid: freeId(FIRST_SYSTEM_ID), members: new Set() });
        }
        for (const user of action.users) {
          const id = freeId(FIRST_SYSTEM_ID);
          const shell = "/usr/sbin/nologin";
          accounts.set(user, { uid: id, gid: id, home: "/", shell, isExpired: false });
          groups.set(user, { gid: id, members: new Set() });
        }
        return DONE;
      case "install_packages":
        return putFile(state, "/var/lib/dpkg/status", statusWith(action.packages), 0o644, "root");
      case "install_sudoers":
        return putFile(state, action.path, action.content, 0o440, "root");
    }
  }

  function statusWith(packages: readonly string[]): Uint8Array {
    const before = new TextDecoder().decode(host.bytes("/var/lib/dpkg/status"));
    const added = packages.map((name) => `Package: ${name}\nStatus: install ok installed\n\n`);
    return new TextEncoder().encode(before + added.join(""));
  }

  function onUnit(action: Exclude<UnitAction, { kind: "reload_units" }>): Outcome {
    const { unit } = action;
    const { active } = host.unit(unit);
    if (!files.has(`/etc/systemd/system/${unit.replace(/@[^.]*/, "@")}`)) {
      return failed(`there is no unit ${unit}`);
    }
    if (action.kind === "disable_unit") {
      units.set(unit, { isEnabled: false, active: "inactive" });
      return DONE;
    }
    const isStarting = action.kind === "enable_unit"
      ? action.isStarted && active !== "active"
      : active === "active";
    const isEnabled = action.kind === "enable_unit" || host.unit(unit).isEnabled;
    const isBroken = isStarting && broken.has(unit);
    units.set(unit, { isEnabled, active: isBroken ? "failed" : isStarting ? "active" : active });
    return isBroken ? failed(`${unit} did not start`) : DONE;
  }

  return {
    host,
    files,
    accounts,
    groups,
    units,
    foreign,
    listeners,
    broken,
    performed,
    perform: (action) => {
      performed.push(action);
      return Promise.resolve(act(action));
    },
  };
}

function factOf(entry: MemoryEntry | undefined): FileFact {
  if (entry === undefined) return { kind: "absent" };
  if (entry.kind === "other") return { kind: "other" };
  if (entry.kind === "link") return { kind: "link", target: entry.target, uid: entry.uid };
  return { kind: entry.kind, mode: entry.mode, uid: entry.uid, gid: entry.gid };
}
