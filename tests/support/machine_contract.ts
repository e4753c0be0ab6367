/**
 * What every machine does, real or in memory: the contract of `provision/machine.ts`.
 *
 * Each case says what is laid out before it, as data, and then asks and acts only through the
 * machine, so that the real one can be tried in a dev box under the provisioner's permission set.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Secret } from "../../core/secret.ts";
import type { Action } from "../../provision/action.ts";
import { digestOf } from "../../provision/digest.ts";
import { MAX_READ_BYTES } from "../../provision/host_view.ts";
import type { Machine } from "../../provision/machine.ts";

/** What stands at a path before a case. */
export type Laid =
  & { readonly path: string; readonly owner?: string }
  & (
    | { readonly kind: "file"; readonly text: string; readonly mode?: number }
    | { readonly kind: "directory"; readonly mode?: number }
    | { readonly kind: "link"; readonly target: string }
    | { readonly kind: "fifo" }
    | { readonly kind: "hole"; readonly sizeBytes: number }
  );

/** One case. Cases share a machine, so that each has users and paths of its own. */
export interface ContractCase {
  /** What it shows. */
  readonly name: string;
  /** Accounts that are there before. */
  readonly users?: readonly string[];
  /** What is laid out, after the accounts. */
  readonly laid?: readonly Laid[];
  /** Whether it takes what the provisioner's own unit has no business with: programs, set-id bits. */
  readonly isForHosts?: boolean;
  /** Asks and acts. */
  readonly run: (machine: Machine) => Promise<void>;
}

const ROOT = { user: "root", group: "root" };
const SHELL = "/bin/bash";
const text = (content: string) => new TextEncoder().encode(content);

/** Every case. */
export const MACHINE_CONTRACT: readonly ContractCase[] = [
  {
    name: "create_account makes an account with a home that is its own",
    async run(machine) {
      assert.equal(machine.host.account("ca-new"), undefined);

      await does(machine, { kind: "create_account", user: "ca-new", shell: SHELL });

      const account = machine.host.account("ca-new");
      assert.ok(account !== undefined && account.uid >= 1000);
      const { uid, gid } = account;
      const home = "/home/ca-new";
      assert.deepEqual(account, { uid, gid, home, shell: SHELL, isExpired: false });
      assert.equal(machine.host.group("ca-new")?.gid, gid);
      assert.deepEqual(machine.host.file(home), { kind: "directory", mode: 0o700, uid, gid });
      await does(machine, { kind: "create_account", user: "ca-new", shell: SHELL });
      assert.deepEqual(machine.host.account("ca-new"), account);
    },
  },
  {
    name: "create_account makes nothing where the shell is not installed",
    async run(machine) {
      await refuses(
        machine,
        { kind: "create_account", user: "ca-none", shell: "/bin/nosh" },
        "nosh",
      );

      assert.equal(machine.host.account("ca-none"), undefined);
    },
  },
  {
    name: "create_home makes a home where there is none",
    users: ["ch"],
    laid: [{ kind: "directory", path: "/home/ch", owner: "absent" }],
    async run(machine) {
      assert.equal(machine.host.file("/home/ch").kind, "absent");

      await does(machine, { kind: "create_home", user: "ch", home: "/home/ch" });

      const { uid, gid } = known(machine, "ch");
      assert.deepEqual(machine.host.file("/home/ch"), { kind: "directory", mode: 0o700, uid, gid });
      await refuses(machine, { kind: "create_home", user: "ch-no", home: "/home/ch-no" }, "ch-no");
    },
  },
  {
    name: "join_group adds to a group that exists, and takes nothing",
    users: ["jg", "jg-other"],
    async run(machine) {
      await does(machine, { kind: "create_group", group: "jg-all" });
      await does(machine, { kind: "join_group", user: "jg-other", group: "jg-all" });
      await does(machine, { kind: "join_group", user: "jg", group: "jg-all" });

      const members = [...machine.host.group("jg-all")?.members ?? []].sort();
      assert.deepEqual(members, ["jg", "jg-other"]);
      await refuses(machine, { kind: "join_group", user: "jg", group: "jg-none" }, "jg-none");
      await refuses(machine, { kind: "join_group", user: "jg-none", group: "jg-all" }, "jg-none");
      await refuses(machine, { kind: "create_group", group: "jg-all" }, "jg-all");
    },
  },
  {
    name: "expire_account ends an account, revive_account undoes it",
    users: ["ex"],
    async run(machine) {
      await does(machine, { kind: "expire_account", user: "ex" });
      assert.equal(known(machine, "ex").isExpired, true);

      await does(machine, { kind: "revive_account", user: "ex" });
      assert.equal(known(machine, "ex").isExpired, false);
      await refuses(machine, { kind: "expire_account", user: "ex-none" }, "ex-none");
    },
  },
  {
    name: "write_file makes and replaces a file, where it is what was planned on",
    users: ["wf"],
    laid: [{ kind: "link", path: "/etc/wf.link", target: "/etc/wf" }],
    async run(machine) {
      const path = "/etc/wf";
      const write = {
        kind: "write_file",
        path,
        content: text("one\n"),
        mode: 0o640,
        owner: { user: "root", group: "wf" },
        before: undefined,
      } as const;
      const { gid } = known(machine, "wf");
      await does(machine, write);
      assert.deepEqual(machine.host.file(path), { kind: "file", mode: 0o640, uid: 0, gid });
      assert.deepEqual(machine.host.bytes(path), text("one\n"));

      await refuses(machine, { ...write, content: text("two\n") }, path);
      await refuses(machine, { ...write, before: digestOf(text("else")) }, path);
      assert.deepEqual(machine.host.bytes(path), text("one\n"));

      const secret = new Secret("secret\n");
      const before = digestOf(text("one\n"));
      await does(machine, { ...write, content: secret, mode: 0o600, owner: ROOT, before });
      assert.deepEqual(machine.host.file(path), { kind: "file", mode: 0o600, uid: 0, gid: 0 });
      assert.deepEqual(machine.host.bytes(path), text("secret\n"));

      await refuses(machine, { ...write, path: "/etc/wf.link" }, "wf.link");
      await refuses(machine, { ...write, path: "/etc/wf.none/x" }, "wf.none");
      await refuses(
        machine,
        { ...write, path: "/etc/wf2", owner: { ...ROOT, user: "wf-no" } },
        "wf",
      );
      await refuses(
        machine,
        { ...write, path: "/etc/wf2", owner: { ...ROOT, group: "wf-n" } },
        "wf",
      );
      await refuses(machine, { ...write, path: "/home/wf/x", owner: ROOT }, "/home/wf/x");
      assert.equal(machine.host.file("/etc/wf2").kind, "absent");
      assert.equal(machine.host.file("/home/wf/x").kind, "absent");
      assert.deepEqual(machine.host.names("/etc").filter((name) => name.startsWith(".wf")), []);
    },
  },
  {
    name: "write_file as a user makes the directories on the way",
    users: ["wu"],
    async run(machine) {
      const path = "/home/wu/.config/a b/it's";
      const owner = { user: "wu", group: "wu" };
      const content = new Uint8Array(100_000).map((_, at) => at % 256);
      const write = { kind: "write_file", path, content, mode: 0o640, owner, as: "wu" } as const;
      await does(machine, { ...write, before: undefined });

      const { uid, gid } = known(machine, "wu");
      assert.deepEqual(machine.host.file(path), { kind: "file", mode: 0o640, uid, gid });
      assert.deepEqual(machine.host.bytes(path), content);
      const directory = { kind: "directory", mode: 0o700, uid, gid };
      assert.deepEqual(machine.host.file("/home/wu/.config"), directory);
      assert.deepEqual(machine.host.file("/home/wu/.config/a b"), directory);

      await refuses(machine, { ...write, content: text("x"), before: undefined }, "it's");
      await refuses(machine, { ...write, content: text("x"), before: digestOf(text("y")) }, "it's");
      await does(machine, {
        ...write,
        content: new Secret("x"),
        mode: 0o600,
        before: digestOf(content),
      });
      assert.deepEqual(machine.host.file(path), { kind: "file", mode: 0o600, uid, gid });
      assert.deepEqual(machine.host.bytes(path), text("x"));
      assert.deepEqual(machine.host.names("/home/wu/.config/a b"), ["it's"]);
    },
  },
  {
    name: "write_file as a user writes nothing the user may not write",
    users: ["wn", "wn-other", "wn-rooted"],
    laid: [
      { kind: "directory", path: "/home/wn-rooted", owner: "root", mode: 0o755 },
      { kind: "file", path: "/home/wn/file", text: "", owner: "wn" },
      { kind: "link", path: "/home/wn/link", target: "/home/wn/file", owner: "wn" },
    ],
    async run(machine) {
      const write = (user: string, path: string): Action => ({
        kind: "write_file",
        path,
        content: text("x"),
        mode: 0o600,
        owner: { user, group: user },
        as: user,
        before: undefined,
      });
      await refuses(machine, write("wn", "/home/wn-other/x"), "/home/wn-other/x");
      await refuses(machine, write("wn", "/etc/wn"), "/etc/wn");
      await refuses(machine, write("wn-rooted", "/home/wn-rooted/x"), "Permission denied");
      await refuses(machine, write("wn-none", "/home/wn-none/x"), "wn-none");
      await refuses(machine, write("wn", "/home/wn/file/x"), "/home/wn/file");
      await refuses(machine, write("wn", "/home/wn/link"), "/home/wn/link");

      assert.equal(machine.host.file("/home/wn-other/x").kind, "absent");
      assert.equal(machine.host.file("/home/wn-rooted/x").kind, "absent");
      assert.equal(machine.host.file("/home/wn/link").kind, "link");
    },
  },
  {
    name: "make_directory makes it with its mode and owner",
    isForHosts: true,
    users: ["md"],
    async run(machine) {
      const { uid, gid } = known(machine, "md");
      const shared = { kind: "make_directory", path: "/opt/md", mode: 0o2770 } as const;
      await does(machine, { ...shared, owner: { user: "root", group: "md" } });
      assert.deepEqual(machine.host.file("/opt/md"), {
        kind: "directory",
        mode: 0o2770,
        uid: 0,
        gid,
      });
      await refuses(machine, { ...shared, owner: ROOT }, "/opt/md");
      await refuses(machine, { ...shared, path: "/opt/md-none/x", owner: ROOT }, "/opt/md-none");

      const owner = { user: "md", group: "md" };
      const path = "/home/md/.a/b";
      await does(machine, { kind: "make_directory", path, mode: 0o750, owner, as: "md" });
      assert.deepEqual(machine.host.file(path), { kind: "directory", mode: 0o750, uid, gid });
      assert.deepEqual(machine.host.names("/home/md/.a"), ["b"]);
    },
  },
  {
    name: "change_mode and change_owner change nothing else",
    isForHosts: true,
    users: ["cm"],
    laid: [
      { kind: "file", path: "/etc/cm", text: "kept", mode: 0o644 },
      { kind: "directory", path: "/opt/cm", mode: 0o2755 },
      { kind: "directory", path: "/home/cm/tree", mode: 0o755, owner: "cm" },
      { kind: "link", path: "/etc/cm.link", target: "/etc/cm" },
    ],
    async run(machine) {
      const { uid, gid } = known(machine, "cm");
      await does(machine, { kind: "change_mode", path: "/etc/cm", mode: 0o600 });
      assert.deepEqual(machine.host.file("/etc/cm"), { kind: "file", mode: 0o600, uid: 0, gid: 0 });
      await does(machine, { kind: "change_mode", path: "/home/cm/tree", mode: 0o750 });
      const tree = { kind: "directory", mode: 0o750, uid, gid };
      assert.deepEqual(machine.host.file("/home/cm/tree"), tree);

      const owner = { user: "root", group: "cm" };
      await does(machine, { kind: "change_owner", path: "/opt/cm", owner });
      const shared = { kind: "directory", mode: 0o2755, uid: 0, gid };
      assert.deepEqual(machine.host.file("/opt/cm"), shared);
      assert.deepEqual(machine.host.bytes("/etc/cm"), text("kept"));
      await refuses(machine, { kind: "change_mode", path: "/etc/cm.link", mode: 0o777 }, "cm.link");
      await refuses(machine, { kind: "change_owner", path: "/home/cm/tree", owner: ROOT }, "tree");
      await refuses(
        machine,
        { kind: "change_owner", path: "/etc/cm.none", owner: ROOT },
        "cm.none",
      );
    },
  },
  {
    name: "link makes a link and flips one, and replaces nothing else",
    isForHosts: true,
    users: ["ln"],
    laid: [{ kind: "file", path: "/opt/ln.file", text: "kept" }],
    async run(machine) {
      const path = "/opt/ln";
      await does(machine, { kind: "link", path, target: "1.0.0" });
      await does(machine, { kind: "link", path, target: "../a b/2.0.0" });

      assert.deepEqual(machine.host.file(path), { kind: "link", target: "../a b/2.0.0", uid: 0 });
      await refuses(machine, { kind: "link", path: "/opt/ln.file", target: "x" }, "ln.file");
      await refuses(machine, { kind: "link", path: "/home/ln/x", target: "x" }, "/home/ln/x");
      assert.deepEqual(machine.host.bytes("/opt/ln.file"), text("kept"));
      assert.deepEqual(machine.host.names("/opt").filter((name) => name.includes(".tmp")), []);
    },
  },
  {
    name: "files are told apart, and only regular ones have bytes",
    users: ["fa", "fa-other"],
    laid: [
      { kind: "file", path: "/etc/fa", text: "text", mode: 0o604, owner: "fa" },
      { kind: "link", path: "/etc/fa.link", target: "/etc/fa" },
      { kind: "directory", path: "/home/fa/d", owner: "fa" },
      { kind: "fifo", path: "/home/fa/d/fifo", owner: "fa" },
      { kind: "hole", path: "/home/fa/d/large", sizeBytes: MAX_READ_BYTES + 1, owner: "fa" },
      { kind: "hole", path: "/home/fa/d/largest", sizeBytes: MAX_READ_BYTES, owner: "fa" },
      { kind: "file", path: "/home/fa/d/own", text: "own", owner: "fa" },
      { kind: "file", path: "/home/fa/d/another's", text: "not its own", owner: "fa-other" },
    ],
    run(machine) {
      const { host } = machine;
      const { uid, gid } = known(machine, "fa");
      assert.deepEqual(host.file("/etc/fa"), { kind: "file", mode: 0o604, uid, gid });
      assert.deepEqual(host.file("/etc/fa.link"), { kind: "link", target: "/etc/fa", uid: 0 });
      assert.deepEqual(host.file("/home/fa/d/fifo"), { kind: "other" });
      assert.deepEqual(host.file("/etc/fa.none"), { kind: "absent" });
      assert.deepEqual(host.file("/etc/fa/below"), { kind: "absent" });

      assert.deepEqual(host.bytes("/etc/fa"), text("text"));
      assert.deepEqual(host.bytes("/home/fa/d/own"), text("own"));
      assert.equal(host.bytes("/home/fa/d/largest")?.length, MAX_READ_BYTES);
      const none = ["/etc/fa.link", "/etc/fa.none", "/etc/fa/below", "/etc", "/home/fa/d/fifo"];
      for (const path of [...none, "/home/fa/d/large", "/home/fa/d/another's"]) {
        assert.equal(host.bytes(path), undefined, path);
      }
      assert.deepEqual(host.names("/home/fa/d"), [
        "another's",
        "fifo",
        "large",
        "largest",
        "own",
      ]);
      assert.deepEqual(host.names("/etc/fa"), []);
      assert.deepEqual(host.names("/etc/fa.none"), []);
      return Promise.resolve();
    },
  },
  {
    name: "enable_unit and disable_unit start and stop a unit of a template",
    laid: [
      {
        kind: "file",
        path: "/etc/systemd/system/un@.service",
        text: "[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n",
      },
    ],
    async run(machine) {
      const [unit, other] = ["un@ada.service", "un@bob.service"];
      const { host } = machine;
      assert.deepEqual(host.unit(unit), { isEnabled: false, active: "inactive" });
      await does(machine, { kind: "reload_units" });

      await does(machine, { kind: "enable_unit", unit, isStarted: true });
      assert.deepEqual(host.unit(unit), { isEnabled: true, active: "active" });
      await does(machine, { kind: "enable_unit", unit: other, isStarted: false });
      assert.deepEqual(host.unit(other), { isEnabled: true, active: "inactive" });
      await does(machine, { kind: "restart_unit", unit: other });
      assert.deepEqual(host.unit(other), { isEnabled: true, active: "inactive" });
      await does(machine, { kind: "restart_unit", unit });
      assert.deepEqual(host.unit(unit), { isEnabled: true, active: "active" });

      await does(machine, { kind: "disable_unit", unit });
      assert.deepEqual(host.unit(unit), { isEnabled: false, active: "inactive" });
      assert.deepEqual(host.unit(other), { isEnabled: true, active: "inactive" });
      const missing = "un-none@ada.service";
      await refuses(machine, { kind: "enable_unit", unit: missing, isStarted: true }, missing);
      assert.deepEqual(host.unit(missing), { isEnabled: false, active: "inactive" });
    },
  },
];

function known(machine: Machine, user: string) {
  const account = machine.host.account(user);
  assert.ok(account !== undefined, `there is an account ${user}`);
  return account;
}

async function does(machine: Machine, action: Action): Promise<void> {
  const outcome = await machine.perform(action);
  assert.deepEqual(outcome, { isDone: true });
}

async function refuses(machine: Machine, action: Action, why: string): Promise<void> {
  const outcome = await machine.perform(action);
  assert.equal(outcome.isDone, false, `${action.kind} must be refused: ${JSON.stringify(action)}`);
  if (!outcome.isDone) {
    assert.ok(outcome.error.includes(why), `"${outcome.error}" must tell ${why}`);
  }
}
