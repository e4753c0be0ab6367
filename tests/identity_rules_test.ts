/**
 * The roster writes identities into the table that dispatch reads: both must mean the same by one.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { identityKey as keyOfDispatch } from "../dispatch/identity.ts";
import { OS_USER, parseRoutingTable } from "../dispatch/routing_table.ts";
import { IDENTITY, identityKey, withoutDomain } from "../roster/identity.ts";
import { OS_NAME } from "../roster/os_name.ts";

Deno.test("dispatch finds every identity that the roster may hold, and no other", () => {
  const texts = fc.oneof(fc.stringMatching(IDENTITY), fc.string({ unit: "binary" }));
  fc.assert(
    fc.property(texts, (identity) => {
      const key = keyOfDispatch(identity);

      assert.equal(key, IDENTITY.test(identity) ? identityKey(identity) : undefined);
      if (key === undefined) return;
      const table = parseRoutingTable(
        JSON.stringify({ [withoutDomain(identity)]: { os_user: "ada", port: 3773 } }),
      );
      assert.ok(table.kind === "table");
      assert.equal(table.table.get(key)?.user, "ada");
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("dispatch takes the accounts that the roster gives", () => {
  assert.equal(OS_USER.source, OS_NAME.source);
});
