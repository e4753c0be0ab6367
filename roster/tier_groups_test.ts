/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { TIERS } from "./roster_schema.ts";
import { groupsOf, groupsToAdd } from "./tier_groups.ts";

Deno.test("groupsOf() gives groups to admins only", () => {
  assert.deepEqual(TIERS.map(groupsOf), [["code-shared", "docker", "sudo"], [], []]);
});

Deno.test("groupsToAdd() gives what is missing, whatever else the account is in", () => {
  const groups = fc.uniqueArray(
    fc.constantFrom<string[]>("docker", "sudo", "audio", "code-shared", "x"),
  );
  fc.assert(
    fc.property(groups, groups, (wanted, current) => {
      const added = groupsToAdd(wanted, current);

      assert.deepEqual(new Set([...current, ...added]), new Set(current).union(new Set(wanted)));
      assert.ok(added.every((group) => !current.includes(group)));
      assert.deepEqual(groupsToAdd(wanted, [...current, ...added]), []);
    }),
  );
});
