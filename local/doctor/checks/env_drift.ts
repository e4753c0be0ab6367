/**
 * Whether what a unit is told differs from what the provisioner would tell it: then that is what is
 * wrong, and not what the unit does because of it.
 *
 * @module
 */
import type { MachineFacts } from "../facts.ts";

/** The file that tells a user's MCP server and follower their port and their snapshot's address. */
export function envPathOf(user: string): string {
  return `/etc/t3-serve/playwright-${user}.env`;
}

/** Whether the provisioner would change what is in a file, and not only who may read it. */
export function driftsIn({ drift }: MachineFacts, path: string): boolean {
  return drift?.items.some(({ resource, summary }) =>
    resource === `file ${path}` && !/^set (?:owner|the (?:owner|mode))/.test(summary)
  ) ?? false;
}
