/**
 * @module
 */
import assert from "node:assert/strict";
import { Fault } from "../core/fault.ts";
import { testRoster } from "../tests/support/roster.ts";
import { hasChanges, planPorts } from "./plan_ports.ts";

const T3 = new Map([["ada", 3773], ["bob", 3774], ["eve", 3775]]);
const MCP = new Map([["ada", 8931], ["bob", 8932]]);

Deno.test("planPorts() tells given, freed and kept ports apart", () => {
  const { ports, playwrightPorts } = planPorts(testRoster("ada", "cy"), T3, MCP, "bob");

  assert.deepEqual(ports.changes, [
    { os_user: "bob", port: 3774, change: "freed" },
    { os_user: "cy", port: 3774, change: "given" },
    { os_user: "eve", port: 3775, change: "kept" },
  ]);
  assert.deepEqual([...playwrightPorts.ledger], [["ada", 8931], ["cy", 8932]]);
  assert.ok(hasChanges(ports));
});

Deno.test("planPorts() changes nothing when everybody has a port, and tombstones are no change", () => {
  const { ports, playwrightPorts } = planPorts(testRoster("ada"), T3, MCP);

  assert.deepEqual([hasChanges(ports), hasChanges(playwrightPorts)], [false, false]);
  assert.deepEqual(ports.changes.map(({ os_user, change }) => [os_user, change]), [
    ["bob", "kept"],
    ["eve", "kept"],
  ]);
});

Deno.test.each([["ada", /must leave it first/], ["zoe", /no such name/]])(
  "planPorts() refuses to free when it is about %s",
  (name, why) => {
    const plan = () => planPorts(testRoster("ada"), T3, MCP, name);

    assert.throws(plan, (error) => error instanceof Fault && why.test(error.message));
  },
);

Deno.test("planPorts() says who is left when one port is in both ledgers", () => {
  const plan = () => planPorts(testRoster("ada"), T3, new Map([["bob", 3773]]));

  assert.throws(
    plan,
    (error) => error instanceof Fault && /3773 .* ada .* bob/.test(error.message),
  );
});
