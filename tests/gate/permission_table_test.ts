import assert from "node:assert/strict";
import { permissionTables } from "./permission_table.ts";

Deno.test("permissionTables() lists what is allowed with its reason", () => {
  const sets = { a: { read: ["/x", "/y"], env: { allow: ["Z_*"], ignore: true } } };
  const reasons = { a: { read: "its files", env: "its own" } };

  assert.equal(
    permissionTables(sets, reasons),
    "## `a`\n\n| kind | allowed | why |\n| --- | --- | --- |\n" +
      "| read | `/x`, `/y` | its files |\n| env | `Z_*` | its own |",
  );
});

Deno.test("permissionTables() fails when a kind and its reason do not come together", () => {
  const sets = { a: { read: ["/x"] } };

  assert.throws(() => permissionTables(sets, { a: {} }), /"read" of "a" has no reason/);
  assert.throws(
    () => permissionTables(sets, { a: { read: "", run: "" }, b: { net: "" } }),
    /"a" has no "run" to give a reason for; "b" has no "net"/,
  );
  assert.throws(
    () => permissionTables({ a: { read: true } }, { a: { read: "" } }),
    /Cannot describe true/,
  );
});
