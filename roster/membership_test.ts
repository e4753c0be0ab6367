/**
 * A plan, and what its edits make of a real text.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { anyRosterText, rosterOf, testRoster, testUser } from "../tests/support/roster.ts";
import { applyMembership } from "./apply_membership.ts";
import { identityKey } from "./identity.ts";
import { planMembership } from "./membership.ts";

const NOTHING = { add: [], remove: [], protected: [], conflicts: [] };

Deno.test("planMembership() leaves a member alone when there is a row", () => {
  const roster = testRoster(testUser("bob", { authentik_user: "Robert" }));

  assert.deepEqual(planMembership(roster, ["robert@example.com"]), NOTHING);
});

Deno.test("planMembership() adds a row when a member has none, and keeps the identity verbatim", () => {
  const plan = planMembership(testRoster("bob"), ["bob", "Anca.Elena98@example.com"]);

  assert.deepEqual(plan, {
    ...NOTHING,
    add: [{
      os_user: "anca_elena98",
      authentik_user: "Anca.Elena98@example.com",
      namespace: "anca-elena98",
    }],
  });
});

Deno.test("planMembership() takes a row out when its user left, but never an admin's", () => {
  const roster = testRoster(testUser("ada", { tier: "admin" }), "bob", "cy");

  const plan = planMembership(roster, ["cy"]);

  assert.deepEqual(plan, { ...NOTHING, remove: ["bob"], protected: ["ada"] });
});

Deno.test.each<[string, string[], string[]]>([
  ["the account name is a row's", ["bob", "B.ob", "b_ob"], ["B.ob", "b_ob"]],
  ["the account name is a leaver's", ["root-x", "eve+1", "eve_1"], ["eve+1", "eve_1"]],
  ["the name is the system's", ["root"], ["root"]],
  ["no name can be made", ["123"], ["123"]],
  ["the k8s_user is a row's", ["clusterbob"], ["clusterbob"]],
  ["the namespace is a row's", ["own.space"], ["own.space"]],
  ["the namespaces would be one", ["a_b", "a-b"], ["a_b", "a-b"]],
  ["the namespace is the cluster's", ["kube.x"], ["kube.x"]],
])("planMembership() reports instead of guessing when %s", (_, members, reported) => {
  const roster = testRoster(
    testUser("bob", { k8s_user: "clusterbob" }),
    testUser("eve_1", { authentik_user: "eve" }),
    testUser("cy", { tier: "namespace-owner", namespaces: ["own-space"] }),
  );

  const plan = planMembership(roster, members);

  assert.deepEqual(plan.conflicts.map(({ authentik_user }) => authentik_user), reported);
  for (const { message } of plan.conflicts) assert.match(message, /^Cannot add "/);
});

Deno.test("planMembership() throws when there is no member", () => {
  assert.throws(() => planMembership(testRoster("bob"), []), RangeError);
});

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
