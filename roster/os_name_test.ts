/**
 * @module
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { osNameFault, osNameFrom } from "./os_name.ts";

Deno.test("osNameFault() accepts what useradd accepts when nobody else uses it", () => {
  for (const name of ["alice", "_a", "a-b_c9", "x".repeat(32), "constructor", "t3"]) {
    assert.equal(osNameFault(name), undefined, name);
  }
});

Deno.test("osNameFault() refuses a name when the system uses it", () => {
  const used = "root daemon nobody www-data t3-dispatch _apt docker sudo users codex-shared";
  for (const name of [...used.split(" "), "systemd-network", "playwright-alice"]) {
    assert.match(osNameFault(name) ?? "", /^must /, name);
  }
});

Deno.test("osNameFault() refuses every name that is in the machine's own user and group files", () => {
  // Numbers below 100 and nobody's are the same on every Debian; other systems have other names.
  if (!existsSync("/etc/debian_version")) return;
  for (const path of ["/etc/passwd", "/etc/group"]) {
    for (const line of Deno.readTextFileSync(path).trim().split("\n")) {
      const [name = "", , id = ""] = line.split(":");
      if (Number(id) >= 100 && Number(id) < 65_534) continue;
      assert.notEqual(osNameFault(name), undefined, `${path}: ${name}`);
    }
  }
});

Deno.test("osNameFault() refuses the accounts and groups of Hearth's own", () => {
  const declared = Deno.readTextFileSync(
    new URL("../systemd/sysusers.d/hearth.conf", import.meta.url),
  );
  const names = [...declared.matchAll(/^[ug]\s+(\S+)/gm)].map(([, name = ""]) => name);

  assert.ok(names.length >= 3);
  for (const name of names) assert.notEqual(osNameFault(name), undefined, name);
});

Deno.test.each([
  ["Anca.Elena98", "anca_elena98"],
  ["bob@example.com", "bob"],
  ["9lives", "lives"],
  ["a+b@example.com", "a_b"],
  ["x".repeat(40), "x".repeat(32)],
])("osNameFrom() makes an account name when the identity is %s", (identity, name) => {
  assert.equal(osNameFrom(identity), name);
});

Deno.test.each([["root"], ["123"], ["Docker@example.com"], ["_._"], [""]])(
  "osNameFrom() makes none when the identity is %j",
  (identity) => {
    assert.equal(osNameFrom(identity), undefined);
  },
);

Deno.test("osNameFrom() makes only names that are fine", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (identity) => {
      const name = osNameFrom(identity);

      assert.ok(name === undefined || osNameFault(name) === undefined);
    }),
  );
});
