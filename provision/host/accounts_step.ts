/**
 * The system accounts and groups of Hearth: declared to systemd, made by it.
 *
 * @module
 */
import { fileStep, type PlanContext } from "../file_step.ts";
import { DONE, type Outcome, type Steps } from "../item.ts";
import { parseSysusers } from "./sysusers.ts";

/** Plans a file of sysusers.d and what it declares. Nothing is ever taken away. */
export function* accountsStep(
  context: PlanContext,
  file: { readonly path: string; readonly content: Uint8Array },
): Steps<Outcome> {
  const { host, items } = context;
  const { path, content } = file;
  const written = yield* fileStep(context, { path, content, mode: 0o644, foreign: "replace" });
  if (!written.isDone) return written;
  const { users, groups, members } = parseSysusers(new TextDecoder().decode(content));
  const missingUsers = users.filter((name) => host.account(name) === undefined);
  const missingGroups = [...users, ...groups].filter((name) => host.group(name) === undefined);
  const missingMembers = members.filter(({ user, group }) =>
    host.group(group)?.members.has(user) !== true
  );
  const missing = [
    ...missingUsers.map((name) => `account ${name}`),
    ...missingGroups.filter((name) => groups.includes(name)).map((name) => `group ${name}`),
    ...missingMembers.map(({ user, group }) => `${user} in ${group}`),
  ];
  const resource = `accounts of ${path}`;
  if (missing.length === 0 && missingGroups.length === 0) {
    yield items.ok(resource);
    return DONE;
  }
  return yield items.change(resource, {
    cause: "missing",
    summary: `make ${missing.join(", ")}`,
    action: { kind: "install_accounts", path, users: missingUsers, groups: missingGroups },
  });
}
