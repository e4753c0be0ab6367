/**
 * What to do for those who left the roster, in stages.
 *
 * The cut takes every right away and destroys nothing: each of its steps can be undone, and account,
 * home and ports stay. Only a person who asks for it by hand gets the step that cannot be undone.
 *
 * @module
 */
import type { Roster, RosterUser } from "./roster_schema.ts";

/** What a step does. */
export type OffboardKind =
  | "disable_instance"
  | "unmap_dispatch"
  | "remove_from_t3_group"
  | "lock_login"
  | "revoke_cluster_rbac"
  | "userdel_archive";

/** One step for one user. */
export interface OffboardStep {
  /** Whose account. */
  readonly os_user: string;
  /** What is done. */
  readonly kind: OffboardKind;
  /** Whether it can be undone. */
  readonly is_reversible: boolean;
  /** The sentence for a person. */
  readonly what: string;
}

/** Which steps are planned. */
export interface OffboardOptions {
  /** Whether to archive and delete the account after the cut. @default {false} */
  readonly isDestructive?: boolean;
}

/** Who is in the old roster and not in the new one, by account, in order of names. */
export function usersToOffboard(before: Roster, after: Roster): readonly RosterUser[] {
  const present = new Set(after.users.map(({ os_user }) => os_user));
  return before.users.filter(({ os_user }) => !present.has(os_user))
    .sort((a, b) => a.os_user < b.os_user ? -1 : 1);
}

/**
 * Plans the offboarding of everybody who left.
 *
 * @param before The roster that was applied last.
 * @param after The roster now.
 * @param options Which stages.
 * @returns The steps, user by user; nothing where nobody left.
 */
export function planOffboarding(
  before: Roster,
  after: Roster,
  options: OffboardOptions = {},
): readonly OffboardStep[] {
  return usersToOffboard(before, after).flatMap((user) => stepsFor(user, options));
}

function stepsFor(
  { os_user, authentik_user, k8s_user }: RosterUser,
  { isDestructive = false }: OffboardOptions,
): readonly OffboardStep[] {
  const step = (kind: OffboardKind, what: string, is_reversible = true): OffboardStep => (
    { os_user, kind, is_reversible, what }
  );
  const cut = [
    step("disable_instance", `stop and disable the services of ${os_user}`),
    step("unmap_dispatch", `take ${authentik_user} out of the dispatcher's and terminal's maps`),
    step("remove_from_t3_group", `take ${authentik_user} out of the identity provider's group`),
    step("lock_login", `lock the password of ${os_user}; account, home and ports stay`),
    step("revoke_cluster_rbac", `take the cluster roles of ${k8s_user} away`),
  ];
  if (!isDestructive) return cut;
  const what = `archive the home of ${os_user}, then delete account and home`;
  return [...cut, step("userdel_archive", what, false)];
}
