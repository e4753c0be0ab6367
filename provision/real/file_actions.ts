/**
 * Who carries out an action on a file: root outside of homes, the owner of the home below one.
 *
 * @module
 */
import type { FileAction } from "../action.ts";
import type { HostView } from "../host_view.ts";
import type { Outcome } from "../item.ts";
import { homeOf } from "./home_of.ts";
import { failed } from "./outcome.ts";
import type { RealHost } from "./real_host.ts";
import type { Identity, RunTool } from "./run_tool.ts";
import {
  changeMode,
  changeOwner,
  makeDirectory,
  makeLink,
  type OwnerIds,
  writeFile,
} from "./write_as_root.ts";
import { changeModeAs, makeDirectoryAs, writeFileAs } from "./write_as_user.ts";

/** Carries out an action on a file. */
export async function performOnFile(
  action: FileAction,
  host: RealHost,
  runTool: RunTool,
): Promise<Outcome> {
  const home = homeOf(action.path, host.accounts());
  const user = "as" in action ? action.as : home?.user;
  if (user !== undefined) {
    const as = identityOf(user, host);
    if (as === undefined) return failed(`Cannot ${words(action)}: there is no account "${user}"`);
    if (!action.path.startsWith(`${as.home}/`)) {
      return failed(`Cannot ${words(action)} as "${user}": it is not below ${as.home}`);
    }
    return await performAs(action, as, runTool);
  }
  if (home !== undefined) {
    return failed(`Cannot ${words(action)}: it is below ${home.path}, which is no account's home`);
  }
  return await performAsRoot(action, host, runTool);
}

async function performAs(action: FileAction, as: Identity, runTool: RunTool): Promise<Outcome> {
  if ("owner" in action && action.owner.user !== as.user) {
    return failed(`Cannot ${words(action)} as "${as.user}": it would be ${action.owner.user}'s`);
  }
  switch (action.kind) {
    case "write_file":
      return await writeFileAs(action, as, runTool);
    case "make_directory":
      return await makeDirectoryAs(action, as, runTool);
    case "change_mode":
      return await changeModeAs(action, as, runTool);
    case "change_owner":
    case "link":
      return failed(`Cannot ${words(action)}: it is below the home of "${as.user}"`);
  }
}

async function performAsRoot(
  action: FileAction,
  host: HostView,
  runTool: RunTool,
): Promise<Outcome> {
  if (action.kind === "change_mode") return await changeMode(action);
  if (action.kind === "link") return await makeLink(action, runTool);
  const owner = idsOf(action.owner, host);
  if (typeof owner === "string") return failed(`Cannot ${words(action)}: ${owner}`);
  switch (action.kind) {
    case "write_file":
      return await writeFile(action, owner);
    case "make_directory":
      return await makeDirectory(action, owner);
    case "change_owner":
      return await changeOwner(action, owner);
  }
}

/** The account as which a program runs, or `undefined` where there is none. */
export function identityOf(user: string, host: HostView): Identity | undefined {
  const account = host.account(user);
  return account === undefined
    ? undefined
    : { user, uid: account.uid, gid: account.gid, home: account.home };
}

function idsOf(owner: { user: string; group: string }, host: HostView): OwnerIds | string {
  const uid = host.account(owner.user)?.uid;
  if (uid === undefined) return `there is no account "${owner.user}"`;
  const gid = host.group(owner.group)?.gid;
  return gid === undefined ? `there is no group "${owner.group}"` : { uid, gid };
}

function words({ kind, path }: FileAction): string {
  return `${kind.replaceAll("_", " ")} ${path}`;
}
