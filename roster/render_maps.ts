/**
 * The map files of the dispatcher and the terminal gateway, byte for byte.
 *
 * @module
 */

/** A user as the maps have it. */
export interface MappedUser {
  /** Name at the identity provider. */
  readonly authentik_user: string;
  /** The account. */
  readonly os_user: string;
  /** The user's t3 port, which orders the lines. */
  readonly port: number;
}

const HEADER = "# DO NOT EDIT: made from roster.yaml; the next run writes it again\n";

/** `/etc/ttyd-user-map`: `identity=account` a line, in the order of ports. */
export function ttydUserMap(users: readonly MappedUser[]): string {
  const lines = users.toSorted((a, b) => a.port - b.port)
    .map(({ authentik_user, os_user }) => `${authentik_user}=${os_user}\n`);
  return `${HEADER}${lines.join("")}`;
}

/** `/etc/ttyd-admins`: an account a line. Without a line nobody is an admin. */
export function ttydAdmins(accounts: readonly string[]): string {
  return `${HEADER}${accounts.toSorted().map((name) => `${name}\n`).join("")}`;
}
