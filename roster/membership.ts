/**
 * Roster and group members -> which rows to add and which to comment out.
 *
 * A newcomer gets a row at the floor tier. A leaver's row is commented out, never deleted. An
 * admin's row is never touched: a slip in a group must not lock the last admin out. What is not
 * certain is reported, not guessed.
 *
 * @module
 */
import { identityKey } from "./identity.ts";
import { osNameFrom } from "./os_name.ts";
import type { Roster, RosterUser } from "./roster_schema.ts";

/** A row to add. */
export interface Newcomer {
  /** The account it will have. */
  readonly os_user: string;
  /** The member, as the group has it. */
  readonly authentik_user: string;
  /** The namespace it will own. */
  readonly namespace: string;
}

/** A member or row that a person has to decide about. */
export interface MembershipConflict {
  /** The member. */
  readonly authentik_user: string;
  /** The sentence for a person. */
  readonly message: string;
}

/** What has to change for the roster to match the group. */
export interface MembershipPlan {
  /** Rows to add, in the order of the members. */
  readonly add: readonly Newcomer[];
  /** Accounts whose rows are commented out, in the roster's order. */
  readonly remove: readonly string[];
  /** Admins who are no members and stay. */
  readonly protected: readonly string[];
  /** What is left to a person. */
  readonly conflicts: readonly MembershipConflict[];
}

/**
 * Compares a roster with a group.
 *
 * @param roster The roster.
 * @param members The group's members; not empty, since that would remove everybody.
 * @throws {RangeError} When there is no member.
 */
export function planMembership({ users }: Roster, members: readonly string[]): MembershipPlan {
  if (members.length === 0) {
    throw new RangeError("Cannot plan membership: the list of members is empty");
  }
  const keys = new Set(members.map(identityKey));
  const rows = new Set(users.map(({ authentik_user }) => identityKey(authentik_user)));
  const gone = users.filter(({ authentik_user }) => !keys.has(identityKey(authentik_user)));
  const conflicts: MembershipConflict[] = [];
  const report = (member: string, why: string) =>
    conflicts.push({
      authentik_user: member,
      message: `Cannot add "${member}": ${why}, must be added by hand`,
    });
  const candidates: Newcomer[] = [];
  for (const member of members) {
    if (rows.has(identityKey(member))) continue;
    const os_user = osNameFrom(member);
    const namespace = os_user === undefined ? undefined : namespaceFor(os_user);
    if (os_user === undefined || namespace === undefined) {
      report(member, "no account name can be made of it");
    } else candidates.push({ os_user, authentik_user: member, namespace });
  }
  const clash = clashFinder(users, candidates);
  const add = candidates.filter((candidate) => {
    const why = clash(candidate);
    if (why !== undefined) report(candidate.authentik_user, why);
    return why === undefined;
  });
  return {
    add,
    remove: gone.filter(({ tier }) => tier !== "admin").map(({ os_user }) => os_user),
    protected: gone.filter(({ tier }) => tier === "admin").map(({ os_user }) => os_user),
    conflicts,
  };
}

/**
 * Finds what a newcomer would share with somebody. Leavers count: their account and home exist.
 */
function clashFinder(
  users: readonly RosterUser[],
  candidates: readonly Newcomer[],
): (candidate: Newcomer) => string | undefined {
  const accounts = new Map(users.map((user) => [user.os_user, user.authentik_user]));
  const clusterUsers = new Map(users.map((user) => [user.k8s_user, user.os_user]));
  const namespaces = new Map(
    users.flatMap((user) => user.namespaces.map((name) => [name, user.os_user] as const)),
  );
  const byNamespace = Map.groupBy(candidates, ({ namespace }) => namespace);
  return ({ os_user, namespace }) => {
    const owner = accounts.get(os_user);
    if (owner !== undefined) return `the account name "${os_user}" belongs to "${owner}"`;
    const clusterOwner = clusterUsers.get(os_user);
    if (clusterOwner !== undefined) return `"${os_user}" is the k8s_user of users.${clusterOwner}`;
    const namespaceOwner = namespaces.get(namespace);
    if (namespaceOwner !== undefined) {
      return `the namespace "${namespace}" belongs to users.${namespaceOwner}`;
    }
    // Two accounts that differ have namespaces that differ, or would share one.
    const alike = byNamespace.get(namespace) ?? [];
    if (alike.length < 2) return undefined;
    const names = alike.map(({ authentik_user }) => `"${authentik_user}"`).join(" and ");
    return `${names} would have the same account or namespace`;
  };
}

/** A namespace named after an account, where it may be given to somebody unseen. */
function namespaceFor(name: string): string | undefined {
  const namespace = name.replaceAll("_", "-").replaceAll(/^-+|-+$/g, "");
  return namespace === "default" || /^kube(?:-|$)/.test(namespace) ? undefined : namespace;
}
