/**
 * Accounts and groups, by the tools of the `passwd` package: they know the locks of `/etc/passwd`,
 * subordinate ids and name service caches. Nothing is taken from an account that exists.
 *
 * @module
 */
import { DONE, type Outcome } from "../item.ts";
import { createHome } from "./create_home.ts";
import { finishAccount } from "./finish_account.ts";
import { freeAccountLocks } from "./free_account_locks.ts";
import { attempt, failed } from "./outcome.ts";
import type { ActionOf } from "./performers.ts";
import type { RealHost } from "./real_host.ts";
import type { RunTool } from "./run_tool.ts";

const USERADD = "/usr/sbin/useradd";
const GROUPADD = "/usr/sbin/groupadd";
const GPASSWD = "/usr/bin/gpasswd";
const CHAGE = "/usr/bin/chage";

/** What carries out actions on accounts. */
export interface AccountContext {
  /** The machine. */
  readonly host: RealHost;
  /** Runs the tools. */
  readonly runTool: RunTool;
  /** The time, in milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Makes an account with its home, or finishes one that an earlier `useradd` was cut short at.
 * A home that is already there is kept.
 */
export async function createAccount(
  action: ActionOf<"create_account">,
  context: AccountContext,
): Promise<Outcome> {
  const { user, shell } = action;
  const what = `create account "${user}"`;
  if (!await isProgram(shell)) {
    return failed(`Cannot ${what}: its shell ${shell} is not installed, must be a program`);
  }
  const entry = context.host.accounts().entry(user);
  const made = entry === undefined
    ? await addAccount(user, shell, context)
    : await finish(user, entry.gid, context);
  if (!made.isDone) return made;
  const account = context.host.account(user);
  if (account === undefined) {
    return failed(
      `Cannot ${what}: it is not in /etc/passwd, /etc/shadow and /etc/group afterwards`,
    );
  }
  if (context.host.file(account.home).kind !== "absent") return DONE;
  return await createHome(user, account, context.runTool);
}

/** Makes the home of an account that has none, as one has that `useradd` was killed at. */
export async function createMissingHome(
  action: ActionOf<"create_home">,
  context: AccountContext,
): Promise<Outcome> {
  const { user, home } = action;
  const account = context.host.account(user);
  if (account === undefined) {
    return failed(`Cannot create ${home}: there is no account "${user}"`);
  }
  const finished = await finish(user, account.gid, context);
  if (!finished.isDone) return finished;
  return await createHome(user, { ...account, home }, context.runTool);
}

/** Makes a group of the machine's own. */
export function createGroup(
  action: ActionOf<"create_group">,
  context: AccountContext,
): Promise<Outcome> {
  const { group } = action;
  return change(`create group "${group}"`, GROUPADD, ["--system", group], context);
}

/** Adds an account to a group. */
export function joinGroup(
  action: ActionOf<"join_group">,
  context: AccountContext,
): Promise<Outcome> {
  const { user, group } = action;
  return change(`add "${user}" to group "${group}"`, GPASSWD, ["--add", user, group], context);
}

/** Ends an account: the second of January 1970, since 0 means two things (shadow(5)). */
export function expireAccount(
  action: ActionOf<"expire_account">,
  context: AccountContext,
): Promise<Outcome> {
  return change(`end account "${action.user}"`, CHAGE, ["--expiredate", "1", action.user], context);
}

/** Takes the end of an account away. */
export function reviveAccount(
  action: ActionOf<"revive_account">,
  context: AccountContext,
): Promise<Outcome> {
  const args = ["--expiredate", "-1", action.user];
  return change(`revive account "${action.user}"`, CHAGE, args, context);
}

function addAccount(
  user: string,
  shell: string,
  context: AccountContext,
): Promise<Outcome> {
  // The home is made apart and in one step, see `create_home.ts`.
  const home = ["--no-create-home", "--home-dir", `/home/${user}`];
  const args = [...home, "--shell", shell, "--user-group", user];
  return change(`create account "${user}"`, USERADD, args, context);
}

function finish(user: string, gid: number, context: AccountContext): Promise<Outcome> {
  const accounts = context.host.accounts();
  const account = {
    user,
    gid,
    hasShadow: accounts.hasShadow(user),
    hasGroup: accounts.hasGid(gid),
  };
  return finishAccount(
    account,
    (command, args) => change(`finish account "${user}"`, command, args, context),
  );
}

async function change(
  what: string,
  command: string,
  args: readonly string[],
  context: AccountContext,
): Promise<Outcome> {
  const freed = await attempt(what, () => freeAccountLocks(context.now()));
  if (!freed.isDone) return freed;
  const { trouble } = await context.runTool({ command, args, deadlineMs: 120_000 });
  context.host.forget({ what: "accounts" });
  return trouble === undefined ? DONE : failed(`Cannot ${what}: ${trouble}`);
}

async function isProgram(path: string): Promise<boolean> {
  try {
    const info = await Deno.stat(path);
    return info.isFile && ((info.mode ?? 0) & 0o111) !== 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
