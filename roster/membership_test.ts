/**
 * @module
 */
import assert from "node:assert/strict";
import { testRoster, testUser } from "../tests/support/roster.ts";
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
