import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRoutingTable } from "./routing_table.ts";

Deno.test("parseRoutingTable() reads what the provisioner writes", () => {
  const text = '{"Ada.L":{"os_user":"ada","port":3773},"grace":{"os_user":"grace_h","port":3774}}';

  const result = parseRoutingTable(text);

  assert.ok(result.kind === "table");
  assert.deepEqual([...result.table], [
    ["ada.l", { user: "ada", port: 3773 }],
    ["grace", { user: "grace_h", port: 3774 }],
  ]);
});

Deno.test("parseRoutingTable() takes nothing when any part is wrong", () => {
  const entry = { os_user: "ada", port: 3773 };
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [[], /map of identities/],
    [{ ada: { os_user: "ada" } }, /ada\.port/],
    [{ ada: { ...entry, port: 22 } }, /from 1024/],
    [{ ada: { ...entry, port: 3773.5 } }, /ada\.port/],
    [{ ada: { ...entry, port: "3773" } }, /ada\.port/],
    [{ ada: { ...entry, os_user: "../root" } }, /must be an account's name/],
    [{ ada: { ...entry, os_user: "-u" } }, /must be an account's name/],
    [{ ada: { ...entry, host: "10.0.0.1" } }, /ada/],
    [{ "ada@example.com": entry }, /without its domain/],
    [{ "аda": entry }, /without its domain/],
    [{ ada: entry, ADA: entry }, /twice/],
    [{ ada: entry, bob: { os_user: "bob", port: 3773 } }, /that of ada/],
  ];

  for (const [value, fault] of cases) {
    const result = parseRoutingTable(JSON.stringify(value));
    assert.ok(result.kind === "invalid", JSON.stringify(value));
    assert.match(result.faults.join("; "), fault);
  }
  assert.deepEqual(parseRoutingTable('{"ada":'), { kind: "invalid", faults: ["is not JSON"] });
});

Deno.test("parseRoutingTable() never throws when the text is anything", () => {
  fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
    const result = parseRoutingTable(text);
    if (result.kind === "invalid") assert.ok(result.faults.length > 0);
    else for (const { port } of result.table.values()) assert.ok(port >= 1_024);
  }));
});
