/**
 * How every machine writes files, as root and as a user.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Secret } from "../../../core/secret.ts";
import type { Action } from "../../../provision/action.ts";
import { digestOf } from "../../../provision/digest.ts";
import { bytesOf, type ContractCase, does, known, refuses, ROOT } from "./contract_case.ts";

/** The cases. */
export const WRITES: readonly ContractCase[] = [
  {
    name: "write_file makes and replaces a file, where it is what was planned on",
    users: ["wf"],
    laid: [{ kind: "link", path: "/etc/wf.link", target: "/etc/wf" }],
    async run(machine) {
      const path = "/etc/wf";
      const write = {
        kind: "write_file",
        path,
        content: bytesOf("one\n"),
        mode: 0o640,
        owner: { user: "root", group: "wf" },
        before: undefined,
      } as const;
      const { gid } = known(machine, "wf");
      await does(machine, write);
      assert.deepEqual(machine.host.file(path), { kind: "file", mode: 0o640, uid: 0, gid });
      assert.deepEqual(machine.host.bytes(path), bytesOf("one\n"));

      await refuses(machine, { ...write, content: bytesOf("two\n") }, path);
      await refuses(machine, { ...write, before: digestOf(bytesOf("else")) }, path);
      assert.deepEqual(machine.host.bytes(path), bytesOf("one\n"));

      const secret = new Secret("secret\n");
      const before = digestOf(bytesOf("one\n"));
      await does(machine, { ...write, content: secret, mode: 0o600, owner: ROOT, before });
      assert.deepEqual(machine.host.file(path), { kind: "file", mode: 0o600, uid: 0, gid: 0 });
      assert.deepEqual(machine.host.bytes(path), bytesOf("secret\n"));

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

      await refuses(machine, { ...write, content: bytesOf("x"), before: undefined }, "it's");
      await refuses(
        machine,
        { ...write, content: bytesOf("x"), before: digestOf(bytesOf("y")) },
        "it's",
      );
      await does(machine, {
        ...write,
        content: new Secret("x"),
        mode: 0o600,
        before: digestOf(content),
      });
      assert.deepEqual(machine.host.file(path), { kind: "file", mode: 0o600, uid, gid });
      assert.deepEqual(machine.host.bytes(path), bytesOf("x"));
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
        content: bytesOf("x"),
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
];
