/**
 * What the files of `systemd/` name is what a host gets: programs, accounts, directories.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseSysusers } from "../provision/host/sysusers.ts";
import { parseTmpfiles } from "../provision/host/tmpfiles.ts";
import { HOST_PROGRAMS, PROGRAM_DIR } from "../provision/programs/host_programs.ts";
import { ROOT } from "./support/program.ts";
import { UNITS, valuesOf } from "./support/units.ts";

const text = (path: string) => Deno.readTextFileSync(`${ROOT}systemd/${path}`);
const { users } = parseSysusers(text("sysusers.d/hearth.conf"));
const directories = parseTmpfiles(text("tmpfiles.d/hearth.conf")).map(({ path }) => path);

Deno.test("units and sudoers start programs that a host gets", () => {
  const installed = new Set(HOST_PROGRAMS.map(({ name }) => `${PROGRAM_DIR}/${name}`));
  const named = [...UNITS.values(), text("sudoers.d/t3-autopair")].flatMap((each) =>
    each.split("\n").filter((line) => !line.startsWith("#")).join("\n")
      .match(/\/usr\/local\/bin\/[\w-]+/g) ?? []
  );

  assert.ok(named.length > 5);
  assert.deepEqual(named.filter((path) => !installed.has(path)), []);
});

Deno.test("units and sockets belong to accounts that a host gets", () => {
  for (const [name, unit] of UNITS) {
    for (const user of [...valuesOf(unit, "User"), ...valuesOf(unit, "SocketUser")]) {
      assert.ok(user === "%i" || users.includes(user), `${name} runs as ${user}`);
    }
  }
});

Deno.test("units write to directories that a host gets", () => {
  for (const [name, unit] of UNITS) {
    const paths = [
      ...valuesOf(unit, "ReadWritePaths").flatMap((value) => value.split(" "))
        // Those that may be missing, and those of every Debian.
        .filter((path) => !path.startsWith("-") && path !== "/etc"),
      ...valuesOf(unit, "StateDirectory").map((value) => `/var/lib/${value}`),
    ];
    for (const path of paths) {
      assert.ok(directories.includes(path), `${name} writes to ${path}`);
    }
  }
});
