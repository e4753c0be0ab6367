/**
 * What every machine does with accounts and groups.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type ContractCase, does, known, refuses } from "./contract_case.ts";

const SHELL = "/bin/bash";

/** The cases. */
export const ACCOUNTS: readonly ContractCase[] = [
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
];
