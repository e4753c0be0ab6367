/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { anyName, testRoster } from "../tests/support/roster.ts";
import { planOffboarding, usersToOffboard } from "./offboard.ts";

Deno.test("planOffboarding() cuts exactly the user who left, in steps that can be undone", () => {
  const steps = planOffboarding(testRoster("ada", "bob"), testRoster("ada", "cy"));

  assert.deepEqual(
    steps.map(({ os_user, kind, is_reversible }) => [os_user, kind, is_reversible]),
    [
      ["bob", "disable_instance", true],
      ["bob", "unmap_dispatch", true],
      ["bob", "remove_from_t3_group", true],
      ["bob", "lock_login", true],
      ["bob", "revoke_cluster_rbac", true],
    ],
  );
});

Deno.test("planOffboarding() deletes last, and only when it is asked to", () => {
  const steps = planOffboarding(testRoster("bob"), testRoster(), { isDestructive: true });

  assert.deepEqual(steps.map(({ is_reversible }) => is_reversible), [
    true,
    true,
    true,
    true,
    true,
    false,
  ]);
  assert.equal(steps.at(-1)?.kind, "userdel_archive");
});

const anyRoster = fc.uniqueArray(anyName).map((names) => testRoster(...names));

Deno.test("planOffboarding() plans for those who left, for nobody else, whatever the rosters", () => {
  fc.assert(
    fc.property(anyRoster, anyRoster, fc.boolean(), (before, after, isDestructive) => {
      const names = (users: readonly { os_user: string }[]) =>
        new Set(users.map(({ os_user }) => os_user));
      const left = names(before.users).difference(names(after.users));

      const steps = planOffboarding(before, after, { isDestructive });

      assert.deepEqual(names(steps), left);
      assert.deepEqual(names(usersToOffboard(before, after)), left);
      assert.equal(steps.length, left.size * (isDestructive ? 6 : 5));
      assert.equal(
        steps.filter((step) => !step.is_reversible).length,
        isDestructive ? left.size : 0,
      );
      assert.deepEqual(planOffboarding(before, before, { isDestructive }), []);
    }),
  );
});
