/**
 * @module
 */
import assert from "node:assert/strict";
import { Fault } from "../core/fault.ts";
import { testRoster } from "../tests/support/roster.ts";
import { freePorts, portChanges } from "./plan_ports.ts";

Deno.test("freePorts() takes a name out of every ledger when its user left", () => {
  const ledgers = [new Map([["ada", 1], ["bob", 2]]), new Map([["cy", 3]])];

  const freed = freePorts(testRoster("ada"), ledgers, "bob");

  assert.deepEqual(freed.map((ledger) => [...ledger]), [[["ada", 1]], [["cy", 3]]]);
});

Deno.test.each([["ada", /must leave it first/], ["eve", /no such name/]])(
  "freePorts() refuses when it is about %s",
  (name, why) => {
    const free = () => freePorts(testRoster("ada"), [new Map([["ada", 1]])], name);

    assert.throws(free, (error) => error instanceof Fault && why.test(error.message));
  },
);

Deno.test("portChanges() tells given, freed and kept ports apart", () => {
  const changes = portChanges(
    new Map([["ada", 1], ["bob", 2], ["eve", 3]]),
    new Map([["ada", 1], ["eve", 3], ["cy", 2]]),
    testRoster("ada", "cy"),
  );

  assert.deepEqual(changes, [
    { os_user: "bob", port: 2, change: "freed" },
    { os_user: "cy", port: 2, change: "given" },
    { os_user: "eve", port: 3, change: "kept" },
  ]);
});
