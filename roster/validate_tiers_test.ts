/**
 * @module
 */
import assert from "node:assert/strict";
import { testRoster, testUser } from "../tests/support/roster.ts";
import { hasBlockingErrors, parseK8sUsers, validateTiers } from "./validate_tiers.ts";

const ROSTER = testRoster(
  testUser("ada", { tier: "admin" }),
  testUser("bob", { k8s_user: "robert" }),
  testUser("cy", { tier: "namespace-owner" }),
);

Deno.test("validateTiers() finds nothing when every tier is the cluster's role", () => {
  const roles = new Map([["robert", "power-user"], ["cy", "namespace-owner"]]);

  assert.deepEqual(validateTiers(ROSTER, roles), []);
});

Deno.test("validateTiers() gives an error that names both tiers when they contradict", () => {
  const roles = new Map([["robert", "namespace-owner"], ["cy", "namespace-owner"]]);

  assert.deepEqual(validateTiers(ROSTER, roles), [{
    severity: "error",
    code: "tier-conflict",
    user: "bob",
    message: 'users.bob.tier is "power-user", must be "namespace-owner", ' +
      'the role of "robert" in the cluster',
  }]);
});

Deno.test("validateTiers() gives a warning when the cluster does not know the user", () => {
  const issues = validateTiers(ROSTER, new Map([["robert", "power-user"]]));

  assert.deepEqual(issues.map(({ severity, code, user }) => [severity, code, user]), [
    ["warning", "user-absent", "cy"],
  ]);
});

Deno.test("validateTiers() leaves admins alone when the cluster says otherwise", () => {
  const roster = testRoster(testUser("ada", { tier: "admin" }));

  assert.deepEqual(validateTiers(roster, new Map([["ada", "power-user"]])), []);
});

Deno.test("hasBlockingErrors() tells a conflict from an absent user", () => {
  const absent = validateTiers(ROSTER, new Map());
  const conflict = validateTiers(ROSTER, new Map([["cy", "admin"]]));

  assert.deepEqual([hasBlockingErrors(absent), hasBlockingErrors(conflict)], [false, true]);
});

Deno.test("parseK8sUsers() reads roles by user", () => {
  const parsed = parseK8sUsers('{"ada": "admin"}');

  assert.deepEqual(parsed, { isValid: true, roles: new Map([["ada", "admin"]]) });
});

Deno.test.each([["[]"], [""], ['{"ada": 1}'], ['{"ada": "a", "ada": "b"}'], ["{"]])(
  "parseK8sUsers() refuses %j",
  (text) => {
    assert.equal(parseK8sUsers(text).isValid, false);
  },
);
