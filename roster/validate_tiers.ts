/**
 * The roster's tiers against the roles the cluster knows.
 *
 * @module
 */
import { z } from "zod";
import { readStrictYaml } from "../core/strict_yaml.ts";
import type { TextFault } from "../core/text_fault.ts";
import { checkShape } from "../core/yaml_shape.ts";
import type { Roster } from "./roster_schema.ts";

/** How bad an issue is: an `error` blocks, a `warning` is said. */
export type Severity = "error" | "warning";

/** Something about a roster that can be read but does not fit the world. */
export interface RosterIssue {
  /** How bad it is. */
  readonly severity: Severity;
  /** What it is. */
  readonly code: "tier-conflict" | "user-absent";
  /** Whose row. */
  readonly user: string;
  /** The sentence for a person. */
  readonly message: string;
}

/** Roles by cluster user, or why the text is none. */
export type ParsedRoles =
  | { readonly isValid: true; readonly roles: ReadonlyMap<string, string> }
  | { readonly isValid: false; readonly faults: readonly TextFault[] };

const ROLES = z.record(z.string(), z.string('must be a role such as "power-user"'), {
  error: "must be a JSON object of roles by user",
});

/**
 * Reads the cluster's users: a JSON object, user to role.
 *
 * @param text The file's content.
 */
export function parseK8sUsers(text: string): ParsedRoles {
  const yaml = readStrictYaml(text);
  if (yaml.faults.length > 0) return { isValid: false, faults: yaml.faults };
  const result = checkShape(yaml, [], yaml.value, ROLES);
  if (!result.isValid) return result;
  return { isValid: true, roles: new Map(Object.entries(result.value)) };
}

/**
 * Compares tiers with roles. Admins are exempt: their rights come from elsewhere.
 *
 * @param roster The roster.
 * @param roles The cluster's role of each user it knows.
 * @returns An error where they contradict, a warning where the cluster does not know the user (the
 * grant may be on its way), in the roster's order.
 */
export function validateTiers(
  { users }: Roster,
  roles: ReadonlyMap<string, string>,
): readonly RosterIssue[] {
  const issues: RosterIssue[] = [];
  for (const { os_user: user, k8s_user, tier } of users) {
    const role = roles.get(k8s_user);
    if (tier === "admin" || role === tier) continue;
    issues.push(
      role === undefined
        ? {
          severity: "warning",
          code: "user-absent",
          user,
          message: `users.${user}.k8s_user is "${k8s_user}", which the cluster does not know yet`,
        }
        : {
          severity: "error",
          code: "tier-conflict",
          user,
          message: `users.${user}.tier is "${tier}", must be ${JSON.stringify(role)}, ` +
            `the role of "${k8s_user}" in the cluster`,
        },
    );
  }
  return issues;
}

/** Whether any issue blocks. */
export function hasBlockingErrors(issues: readonly RosterIssue[]): boolean {
  return issues.some(({ severity }) => severity === "error");
}
