/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type DatabaseFacts, findLosses, findSkipped } from "./database_facts.ts";

function facts(
  name: string,
  counts: Record<string, number>,
  ...ledger: [number, string][]
): DatabaseFacts {
  return { name, counts, ledger };
}

const before = facts(
  "state.sqlite",
  { threads: 3, auth_sessions: 9, effect_sql_migrations: 2, empty: 0 },
  [1, "First"],
  [33, "Retired"],
);

Deno.test("findLosses() finds nothing when migrations add, sessions go and an empty table is dropped", () => {
  const after = facts("state.sqlite", { threads: 4, effect_sql_migrations: 3 }, [1, "First"], [
    33,
    "Retired",
  ], [34, "New"]);

  assert.deepEqual(findLosses([before], [after]), []);
});

const rows: readonly (readonly [string, readonly DatabaseFacts[], string])[] = [
  ["a database", [], "state.sqlite is gone"],
  [
    "a table",
    [facts("state.sqlite", {}, [1, "First"], [33, "Retired"])],
    "state.sqlite has lost the table threads (3 rows)",
  ],
  [
    "a row",
    [facts("state.sqlite", { threads: 2 }, [1, "First"], [33, "Retired"])],
    "state.sqlite has 2 of 3 rows of threads",
  ],
  [
    "a migration",
    [facts("state.sqlite", { threads: 3 }, [1, "First"])],
    "state.sqlite has lost the migration 33 Retired",
  ],
  [
    "a migration's name",
    [facts("state.sqlite", { threads: 3 }, [1, "First"], [33, "Other"])],
    "state.sqlite has lost the migration 33 Retired",
  ],
  ["a row in the successor it is copied to", [
    before,
    facts("statev2.sqlite", { threads: 1 }, [1, "First"], [33, "Retired"]),
  ], "statev2.sqlite has 1 of 3 rows of threads"],
];
for (const [what, after, expected] of rows) {
  Deno.test(`findLosses() finds the loss of ${what}`, () =>
    assert.deepEqual(findLosses([before], after), [expected]));
}

const anyFacts = fc.record({
  name: fc.constantFrom("state.sqlite", "statev2.sqlite"),
  ledger: fc.uniqueArray(fc.tuple(fc.nat(9), fc.constantFrom("A", "B")), {
    selector: ([id]) => id,
  }),
  counts: fc.dictionary(fc.constantFrom("threads", "messages", "auth_sessions"), fc.nat(5)),
});

Deno.test("findLosses() finds nothing when nothing changed, and something when precious rows went", () =>
  fc.assert(fc.property(anyFacts, (one) => {
    assert.deepEqual(findLosses([one], [one]), []);
    for (const [table, rows] of Object.entries(one.counts)) {
      const fewer = { ...one, counts: { ...one.counts, [table]: rows - 1 } };
      const isLoss = rows > 0 && table !== "auth_sessions";
      assert.equal(findLosses([one], [fewer]).length > 0, isLoss);
    }
  })));

Deno.test("findSkipped() finds a number that was used twice, and one that is missing", () => {
  const own = facts("state.sqlite", {}, [1, "First"], [34, "ThreadLabels"], [35, "More"]);
  const after = facts("state.sqlite", {}, [1, "First"], [33, "Retired"], [34, "ThreadPins"]);

  assert.deepEqual(findSkipped([own], [after]), [
    "migration 34 ThreadLabels is ThreadPins here",
    "migration 35 More is missing",
  ]);
  assert.deepEqual(findSkipped([own], [own]), []);
  assert.deepEqual(findSkipped([own], []), ["state.sqlite was not made"]);
});
