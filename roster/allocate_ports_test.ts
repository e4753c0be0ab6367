/**
 * Ports under any sequence of users who come, leave, return, and ports that are freed.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { anyName } from "../tests/support/roster.ts";
import { allocatePorts } from "./allocate_ports.ts";
import { freePort, HEARTH_PORTS, type PortLedger, T3_PORTS } from "./port_ledger.ts";

function allocated(names: readonly string[], ledger: PortLedger = new Map(), taken: number[] = []) {
  const allocation = allocatePorts(names, ledger, T3_PORTS, taken);
  assert.ok(allocation.isComplete);
  return allocation.ledger;
}

Deno.test("allocatePorts() gives ports in the order of names when nobody has one", () => {
  const ledger = allocated(["cy", "ada", "bob"]);

  assert.deepEqual([...ledger], [["ada", 3773], ["bob", 3774], ["cy", 3775]]);
});

Deno.test("allocatePorts() gives a newcomer none of a leaver's ports", () => {
  const ledger = allocated(["bob", "cy"], new Map([["ada", 3773], ["bob", 3774]]));

  assert.equal(ledger.get("cy"), 3775);
  assert.equal(ledger.get("ada"), 3773);
});

Deno.test("allocatePorts() passes over ports that are somebody's", () => {
  const names = Array.from({ length: 12 }, (_, at) => `u${String(at).padStart(2, "0")}`);

  const ports = [...allocated(names, new Map(), [3774]).values()];

  assert.deepEqual(ports, [3773, 3775, 3776, 3777, 3778, 3779, 3781, 3782, 3783, 3784, 3785, 3786]);
});

Deno.test("allocatePorts() names who is left when the ports run out", () => {
  const allocation = allocatePorts(["ada", "bob", "cy"], new Map([["bob", 9]]), {
    first: 5_000,
    last: 5_000,
  });

  assert.deepEqual(allocation, { isComplete: false, without: ["cy"] });
});

type Step = { readonly kind: "add" | "leave" | "free"; readonly name: string };

const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("add", "add", "leave", "free"),
  name: anyName,
});

Deno.test("allocatePorts() keeps ports sticky, unique and tombstoned under any sequence of steps", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
      const present = new Set<string>();
      // Whose each port is, by a model that knows nothing of the code.
      const owners = new Map<number, string>();
      let ledger: PortLedger = new Map();
      for (const { kind, name } of steps) {
        if (kind === "add") present.add(name);
        else if (kind === "leave") present.delete(name);
        else if (!present.has(name)) {
          const port = ledger.get(name);
          if (port !== undefined) owners.delete(port);
          ledger = freePort(ledger, name);
        }
        const before = ledger;
        ledger = allocated([...present], ledger);

        for (const [user, port] of before) assert.equal(ledger.get(user), port);
        for (const [user, port] of ledger) {
          assert.equal(owners.get(port) ?? user, user, `${port} went from one to another`);
          owners.set(port, user);
          assert.ok(port >= T3_PORTS.first && port <= T3_PORTS.last && !HEARTH_PORTS.has(port));
        }
        for (const user of present) assert.ok(ledger.has(user));
        assert.equal(new Set(ledger.values()).size, ledger.size);
        assert.deepEqual([...allocated([...present].reverse(), ledger)], [...ledger]);
      }
    }),
    { numRuns: 500 },
  );
});
