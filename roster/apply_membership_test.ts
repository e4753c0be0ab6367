/**
 * What the edits of a plan make of a real text.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { anyRosterText, rosterOf } from "../tests/support/roster.ts";
import { applyMembership } from "./apply_membership.ts";
import { identityKey } from "./identity.ts";
import { planMembership } from "./membership.ts";

Deno.test("applyMembership() makes the other edits when one cannot be made", () => {
  const text = "users:\n  bob: {authentik_user: bob, k8s_user: bob, tier: power-user}\n";
  const add = { os_user: "bob", authentik_user: "x", namespace: "x" };

  const edit = applyMembership(text, { add: [add], remove: ["eve", "bob"] }, "2026-11-21");

  assert.equal(edit.failures.length, 1);
  assert.match(edit.failures[0] ?? "", /users\.eve/);
  assert.deepEqual(rosterOf(edit.text).users.map(({ authentik_user }) => authentik_user), ["x"]);
});

const anyMembers = fc.uniqueArray(
  fc.constantFrom("ada", "BOB@example.com", "new.one", "Cy", "dora@example.org", "x-y", "value-of"),
  { minLength: 1, selector: identityKey },
);

Deno.test("applyMembership() makes the roster match the group, whatever both are", () => {
  fc.assert(
    fc.property(anyRosterText, anyMembers, (text, members) => {
      const before = rosterOf(text);
      const plan = planMembership(before, members);

      const edit = applyMembership(text, plan, "2026-11-21");

      assert.deepEqual(edit.failures, []);
      const after = rosterOf(edit.text);
      const keys = new Set(after.users.map(({ authentik_user }) => identityKey(authentik_user)));
      const admins = before.users.filter(({ tier }) => tier === "admin");
      const expected = new Set(
        [...members, ...admins.map((admin) => admin.authentik_user)].map(identityKey),
      );
      const reported = new Set(
        plan.conflicts.map((conflict) => identityKey(conflict.authentik_user)),
      );
      assert.deepEqual(keys, expected.difference(reported));
      // Those who stay are as they were, and a second run finds nothing to do.
      const stayed = before.users.filter((user) => keys.has(identityKey(user.authentik_user)));
      assert.deepEqual(after.users.slice(0, stayed.length), stayed);
      const again = planMembership(after, members);
      assert.deepEqual([again.add, again.remove], [[], []]);
    }),
    { numRuns: 200 },
  );
});
