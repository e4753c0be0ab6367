/**
 * The units of one user.
 *
 * @module
 */

/** The user's t3 instance. */
export function t3Unit(user: string): string {
  return `t3-serve@${user}.service`;
}

/** The user's MCP server. */
export function mcpUnit(user: string): string {
  return `playwright-mcp@${user}.service`;
}

/** The follower of the snapshot. */
export function followUnit(user: string): string {
  return `playwright-snapshot-follow@${user}.service`;
}

/** The hourly refresh of the snapshot. */
export function refreshTimer(user: string): string {
  return `playwright-snapshot-refresh@${user}.timer`;
}

/** All of them, in the order in which they stop. */
export function unitsOf(user: string): readonly string[] {
  return [t3Unit(user), mcpUnit(user), followUnit(user), refreshTimer(user)];
}

/** Where the updater puts a user's t3; there is none before its first run. */
export function t3Pointer(user: string): string {
  return `/opt/t3/instances/${user}`;
}
