/**
 * A machine as it would be after the planned actions: a view over a view.
 *
 * @module
 */
import type { Action } from "./action.ts";
import { contentBytes } from "./digest.ts";
import type { AccountFact, FileFact, GroupFact, HostView, UnitFact } from "./host_view.ts";
import { MAX_READ_BYTES } from "./host_view.ts";

/** Numbers of what would be made; no machine gives these out. */
const FORESEEN_ID = 4_000_000_000;

/** The machine after the actions it was told of. */
export interface PlannedHost extends HostView {
  /** Answers from now on as if the action had been carried out. */
  foresee(action: Action): void;
}

/**
 * A view that begins as the one below it.
 *
 * @param host The machine as it is.
 * @param firstId The first number of an account or group that would be made; above all that are.
 */
export function plannedHost(host: HostView, firstId: number = FORESEEN_ID): PlannedHost {
  const files = new Map<string, { fact: FileFact; bytes?: Uint8Array }>();
  const accounts = new Map<string, AccountFact>();
  const groups = new Map<string, GroupFact>();
  const units = new Map<string, UnitFact>();
  const freed = new Set<number>();
  let nextId = firstId;

  const account = (name: string) => accounts.get(name) ?? host.account(name);
  const group = (name: string) => groups.get(name) ?? host.group(name);
  const file = (path: string) => files.get(path)?.fact ?? host.file(path);
  const bytes = (path: string) => {
    const planned = files.get(path);
    return planned === undefined ? host.bytes(path) : planned.bytes;
  };
  const unit = (name: string) => units.get(name) ?? host.unit(name);

  function put(
    path: string,
    kind: "file" | "directory",
    mode: number,
    owner: { user: string; group: string },
    content?: Uint8Array,
  ): void {
    const { uid } = account(owner.user) ?? { uid: nextId };
    const { gid } = group(owner.group) ?? { gid: nextId };
    const isKept = content !== undefined && content.length <= MAX_READ_BYTES;
    files.set(path, { fact: { kind, mode, uid, gid }, ...(isKept ? { bytes: content } : {}) });
  }

  function putHome(user: string, home: string): void {
    const owner = account(user);
    if (owner === undefined || file(home).kind !== "absent") return;
    const { uid, gid } = owner;
    files.set(home, { fact: { kind: "directory", mode: 0o700, uid, gid } });
  }

  /** A user who writes makes the directories on the way. */
  function putParents(path: string, user: string | undefined): void {
    const owner = user === undefined ? undefined : account(user);
    if (owner === undefined) return;
    const { uid, gid } = owner;
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (parent === "" || file(parent).kind !== "absent") return;
    putParents(parent, user);
    files.set(parent, { fact: { kind: "directory", mode: 0o700, uid, gid } });
  }

  function foresee(action: Action): void {
    switch (action.kind) {
      case "create_account": {
        const { user, shell } = action;
        const home = `/home/${user}`;
        if (account(user) === undefined) {
          const id = nextId++;
          accounts.set(user, { uid: id, gid: id, home, shell, isExpired: false });
          groups.set(user, { gid: id, members: new Set() });
        }
        putHome(user, home);
        return;
      }
      case "create_home":
        putHome(action.user, action.home);
        return;
      case "create_group":
        groups.set(action.group, { gid: nextId++, members: new Set() });
        return;
      case "join_group": {
        const { gid, members } = group(action.group) ?? { gid: nextId++, members: new Set() };
        groups.set(action.group, { gid, members: new Set([...members, action.user]) });
        return;
      }
      case "expire_account":
      case "revive_account": {
        const fact = account(action.user);
        const isExpired = action.kind === "expire_account";
        if (fact !== undefined) accounts.set(action.user, { ...fact, isExpired });
        return;
      }
      case "write_file":
        putParents(action.path, action.as);
        put(action.path, "file", action.mode, action.owner, contentBytes(action.content));
        return;
      case "make_directory":
        putParents(action.path, action.as);
        put(action.path, "directory", action.mode, action.owner);
        return;
      case "change_mode":
      case "change_owner": {
        const fact = file(action.path);
        if (fact.kind !== "file" && fact.kind !== "directory") return;
        const after = action.kind === "change_mode" ? { mode: action.mode } : {
          uid: account(action.owner.user)?.uid ?? fact.uid,
          gid: group(action.owner.group)?.gid ?? fact.gid,
        };
        const content = bytes(action.path);
        files.set(action.path, {
          fact: { ...fact, ...after },
          ...(content === undefined ? {} : { bytes: content }),
        });
        return;
      }
      case "link":
        files.set(action.path, { fact: { kind: "link", target: action.target, uid: 0 } });
        return;
      case "enable_unit": {
        const { active } = unit(action.unit);
        units.set(action.unit, { isEnabled: true, active: action.isStarted ? "active" : active });
        return;
      }
      case "disable_unit":
        units.set(action.unit, { isEnabled: false, active: "inactive" });
        return;
      case "wire_agent": {
        const owner = { user: action.user, group: action.user };
        const { path, content } = action.foreseen;
        put(path, "file", 0o600, owner, new TextEncoder().encode(content));
        return;
      }
      case "install_claude":
        put(`/home/${action.user}/.local/bin/claude`, "file", 0o755, {
          user: action.user,
          group: action.user,
        });
        return;
      case "install_packages": {
        const status = "/var/lib/dpkg/status";
        const before = new TextDecoder().decode(bytes(status) ?? new Uint8Array());
        const added = action.packages.map((name) =>
          `\nPackage: ${name}\nStatus: install ok installed\n`
        );
        const text = `${before.replace(/\n*$/, "\n")}${added.join("")}`;
        put(
          status,
          "file",
          0o644,
          { user: "root", group: "root" },
          new TextEncoder().encode(text),
        );
        return;
      }
      case "install_tree":
        put(action.path, "directory", 0o755, { user: "root", group: "root" });
        return;
      case "install_accounts":
        for (const user of action.users) {
          const id = nextId++;
          const shell = "/usr/sbin/nologin";
          accounts.set(user, { uid: id, gid: id, home: "/", shell, isExpired: false });
        }
        for (const name of action.groups) groups.set(name, { gid: nextId++, members: new Set() });
        return;
      case "install_sudoers":
        put(action.path, "file", 0o440, { user: "root", group: "root" }, action.content);
        return;
      case "retire_legacy":
        for (const unit of action.units) {
          const path = `/home/${action.user}/.config/systemd/user/${unit}`;
          files.set(path, { fact: { kind: "absent" } });
        }
        for (const port of action.ports) freed.add(port);
        return;
      case "reload_units":
      case "restart_unit":
        return;
      default:
        action satisfies never;
    }
  }

  return {
    file,
    bytes,
    names: (path) => {
      const known = new Set(host.names(path));
      for (const [planned, { fact }] of files) {
        const slash = planned.lastIndexOf("/");
        if (planned.slice(0, slash) !== path) continue;
        if (fact.kind === "absent") known.delete(planned.slice(slash + 1));
        else known.add(planned.slice(slash + 1));
      }
      return [...known].sort();
    },
    account,
    isForeignAccount: (name) => !accounts.has(name) && host.isForeignAccount(name),
    group,
    unit,
    listener: (port) => freed.has(port) ? undefined : host.listener(port),
    holder: (port) => freed.has(port) ? undefined : host.holder(port),
    foresee,
  };
}
