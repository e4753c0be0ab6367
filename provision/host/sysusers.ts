/**
 * What a file of sysusers.d(5) declares.
 *
 * @module
 */

/** Accounts, groups and memberships of a file. */
export interface Sysusers {
  /** Names of accounts; each brings a group of its name. */
  readonly users: readonly string[];
  /** Names of groups that have no account. */
  readonly groups: readonly string[];
  /** Who is in which group besides. */
  readonly members: readonly { readonly user: string; readonly group: string }[];
}

/**
 * Reads a file of ours.
 *
 * @param text Its text.
 * @throws {SyntaxError} When a line is of a kind we do not use.
 */
export function parseSysusers(text: string): Sysusers {
  const users: string[] = [];
  const groups: string[] = [];
  const members: { user: string; group: string }[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [kind, name = "", third = ""] = line.trim().split(/\s+/);
    if (kind === "u" && name !== "") users.push(name);
    else if (kind === "g" && name !== "") groups.push(name);
    else if (kind === "m" && third !== "") members.push({ user: name, group: third });
    else throw new SyntaxError(`Cannot read line ${at + 1} of sysusers: "${line}"`);
  }
  return { users, groups, members };
}
