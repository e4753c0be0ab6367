import assert from "node:assert/strict";
import fc from "fast-check";
import { mergePorts } from "./merge_ports.ts";

Deno.test("mergePorts() takes over what only the box knows and lets the ledger win", () => {
  const merged = mergePorts(
    new Map([["ada", 3773]]),
    new Map([["ada", 3999], ["grace", 3775]]),
    new Set(["ada", "grace"]),
    new Set(),
  );

  assert.deepEqual([...merged.ledger], [["ada", 3773], ["grace", 3775]]);
  assert.deepEqual(merged.conflicts, []);
});

Deno.test("mergePorts() gives a port that two files name to the one in the roster", () => {
  const merged = mergePorts(
    new Map(),
    new Map([["ada", 3773], ["grace", 3773]]),
    new Set(["grace"]),
    new Set(),
  );

  assert.deepEqual([...merged.ledger], [["grace", 3773]]);
  assert.deepEqual(merged.conflicts, [
    "port 3773 in the env file of ada is the port of grace, must be another",
  ]);
});

const PORTS = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.integer({ min: 1, max: 5 }))
  .map((ports) => new Map(Object.entries(ports)));

Deno.test("mergePorts() never gives one port to two and never moves one of the ledger", () => {
  fc.assert(
    fc.property(PORTS, PORTS, fc.uniqueArray(fc.constantFrom("a", "b", "c", "d")), (
      some,
      found,
      present,
    ) => {
      const ledger = new Map<string, number>();
      for (const [name, port] of some) {
        if (![...ledger.values()].includes(port)) ledger.set(name, port);
      }
      const taken = new Set([5]);
      const merged = mergePorts(ledger, found, new Set(present), taken).ledger;
      assert.equal(new Set(merged.values()).size, merged.size);
      for (const [name, port] of ledger) assert.equal(merged.get(name), port);
      for (const [name, port] of merged) {
        assert.ok(ledger.get(name) === port || found.get(name) === port);
        assert.ok(ledger.has(name) || port !== 5);
      }
    }),
  );
});
