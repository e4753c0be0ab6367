/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { faultText } from "../core/text_fault.ts";
import { anyName } from "../tests/support/roster.ts";
import {
  freePort,
  ledgerText,
  parseLedger,
  tombstones,
  usersOnHearthPorts,
} from "./port_ledger.ts";

function faults(text: string): string {
  const parsed = parseLedger(text);
  return parsed.isValid ? "" : parsed.faults.map(faultText).join("\n");
}

Deno.test("parseLedger() reads a ledger of nobody and of somebody", () => {
  assert.deepEqual(parseLedger("{}"), { isValid: true, ledger: new Map() });
  assert.deepEqual(parseLedger('{"ada": 3773}\n'), {
    isValid: true,
    ledger: new Map([["ada", 3773]]),
  });
});

Deno.test.each([
  ["it is empty", "", /is empty, must be a JSON object .* a new one is \{\}/],
  ["it was torn", '{"ada": 3773, "bo', /is not YAML/],
  ["it is a list", "[3773]", /is a list, must be a JSON object/],
  ["two have one port", '{"ada": 3773, "bob": 3773}', /bob is 3773, must be another port than ada/],
  ["a name is there twice", '{"ada": 3773, "ada": 3774}', /ada is given twice/],
  ["a name is none", '{"../x": 3773}', /is no account name/],
  ["a port is a text", '{"ada": "3773"}', /ada is "3773", must be a port/],
  ["a port is a fraction", '{"ada": 3773.5}', /must be a port/],
  ["a port is privileged", '{"ada": 22}', /must be a port/],
  ["a port is beyond all", '{"ada": 65536}', /must be a port/],
  ["there is an alias", "ada: *x", /is an alias/],
])("parseLedger() refuses a ledger when %s", (_, text, why) => {
  assert.match(faults(text), why);
});

Deno.test("ledgerText() is read back and the same whatever the order", () => {
  const entries = fc.uniqueArray(fc.tuple(anyName, fc.integer({ min: 1024, max: 65_535 })), {
    selector: ([, port]) => port,
  }).map((entries) => [...new Map(entries)]);
  fc.assert(
    fc.property(entries, (entries) => {
      const ledger = new Map(entries);
      const text = ledgerText(ledger);

      const parsed = parseLedger(text);
      assert.ok(parsed.isValid);
      assert.deepEqual([...parsed.ledger].sort(), [...ledger].sort());
      assert.equal(ledgerText(new Map(entries.toReversed())), text);
    }),
  );
});

Deno.test("freePort() removes one entry and no other", () => {
  const ledger = new Map([["ada", 3773], ["bob", 3774]]);

  assert.deepEqual([...freePort(ledger, "ada")], [["bob", 3774]]);
  assert.deepEqual([...freePort(ledger, "eve")], [...ledger]);
  assert.equal(ledger.size, 2);
});

Deno.test("tombstones() names who left when some did", () => {
  const ledger = new Map([["cy", 1], ["ada", 2], ["bob", 3]]);

  assert.deepEqual(tombstones(ledger, ["bob", "eve"]), ["ada", "cy"]);
});

Deno.test("usersOnHearthPorts() names who has a port of Hearth's own", () => {
  const ledger = new Map([["ada", 3780], ["bob", 3781], ["gone", 9222]]);

  assert.deepEqual(usersOnHearthPorts(ledger, ["ada", "bob", "cy"]), ["ada"]);
});
