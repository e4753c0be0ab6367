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

/** Whether the provisioner would change a file. */
export function driftsIn({ drift }: MachineFacts, path: string): boolean {
  return drift?.items.some(({ resource }) => resource === `file ${path}`) ?? false;
}
