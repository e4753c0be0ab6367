/**
 * What every machine does with files besides writing them, and what it says of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { MAX_READ_BYTES } from "../../../provision/host_view.ts";
import { bytesOf, type ContractCase, does, known, refuses, ROOT } from "./contract_case.ts";

/** The cases. */
export const FILES: readonly ContractCase[] = [
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
      assert.deepEqual(machine.host.bytes("/etc/cm"), bytesOf("kept"));
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
      assert.deepEqual(machine.host.bytes("/opt/ln.file"), bytesOf("kept"));
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

      assert.deepEqual(host.bytes("/etc/fa"), bytesOf("text"));
      assert.deepEqual(host.bytes("/home/fa/d/own"), bytesOf("own"));
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
];
