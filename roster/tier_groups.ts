/**
 * What a tier means on the machine.
 *
 * @module
 */
import type { Tier } from "./roster_schema.ts";

/** The groups of each tier. Nobody else's tools need a group: their rights are in the cluster. */
const GROUPS: Readonly<Record<Tier, readonly string[]>> = {
  "admin": ["code-shared", "docker", "sudo"],
  "power-user": [],
  "namespace-owner": [],
};

/** The login shell of every account. */
export const SHELL = "/bin/zsh";

/** The groups of a tier, in order. */
export function groupsOf(tier: Tier): readonly string[] {
  return GROUPS[tier];
}

/**
 * The groups to add somebody to. None is ever taken away: a person may have put it there.
 *
 * @param wanted The tier's groups.
 * @param current The groups the account has.
 */
export function groupsToAdd(
  wanted: readonly string[],
  current: readonly string[],
): readonly string[] {
  return wanted.filter((group) => !current.includes(group));
}
