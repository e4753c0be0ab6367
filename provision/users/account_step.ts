/**
 * The account of a user, its home and its groups. Nothing is taken from an account that exists.
 *
 * @module
 */
import type { Account } from "../../roster/derive.ts";
import { digestOf } from "../digest.ts";
import type { PlanContext } from "../file_step.ts";
import type { Mark, Steps } from "../item.ts";

/** How far a user's account goes. */
export type AccountState =
  /** Account and home are right. */
  | "whole"
  /** There is an account, and its home is not the user's to write to. */
  | "homeless"
  /** There is no account that may be used. */
  | "none";

/** The record's key of whether the account was ended by us: only such a one is revived. */
const ENDED = "account#ended";

/** What is recorded before an account is ended, and after it is revived. */
export function endedMark(isEnded: boolean): Mark {
  return { key: ENDED, digest: digestOf(new TextEncoder().encode(String(isEnded))) };
}

/** Numbers below are those of the system's own accounts (`UID_MIN` of login.defs). */
const FIRST_UID = 1000;

/** Plans account, home and groups. */
export function* accountStep(context: PlanContext, account: Account): Steps<AccountState> {
  const state = yield* login(context, account);
  if (state === "none") return "none";
  yield* groups(context, account);
  return state;
}

function* login({ host, applied, items }: PlanContext, wanted: Account): Steps<AccountState> {
  const { os_user: user, shell } = wanted;
  const home = `/home/${user}`;
  const resource = "account";
  if (host.account(user) === undefined) {
    if (host.isForeignAccount(user)) {
      // useradd refuses the name, and what is in its home is somebody's.
      const error = `account ${user} is no account of /etc/passwd but of another source, LDAP say`;
      const fix = `getent passwd ${user}, and give the row of the roster another name`;
      yield items.error(resource, error, fix);
      return "none";
    }
    if (host.file(shell).kind === "absent") {
      const fix = `apt-get install ${shell.slice(shell.lastIndexOf("/") + 1)}`;
      yield items.error(resource, `there is no ${shell}, which would be the shell of ${user}`, fix);
      return "none";
    }
    if (host.group(user) !== undefined) {
      const error = `there is a group ${user} without an account, which useradd refuses`;
      yield items.error(resource, error, `groupdel ${user}`);
      return "none";
    }
    if (host.file(home).kind !== "absent") {
      // A home from before belongs to a number that may be somebody else's now.
      yield items.error(
        resource,
        `${home} is there without an account, and whose it is cannot be told`,
        `move it away, or make the account by hand: useradd --no-create-home ${user}`,
      );
      return "none";
    }
    const made = yield items.change(resource, {
      cause: "missing",
      summary: `create account ${user} with a locked password and ${home}`,
      action: { kind: "create_account", user, shell },
    });
    if (!made.isDone) return "none";
  }
  const fact = host.account(user);
  if (fact === undefined) return "none";
  if (fact.uid < FIRST_UID) {
    const error = `account ${user} has the number ${fact.uid}, must be a person's (1000 and up)`;
    yield items.error(resource, error, `give the row of the roster another name`);
    return "none";
  }
  if (fact.home !== home) {
    // The units' sandboxes spell /home/<user>.
    const error = `the home of ${user} is ${fact.home}, must be ${home}`;
    yield items.error(resource, error, `usermod --move-home --home ${home} ${user}`);
    return "none";
  }
  if (fact.isExpired) {
    if (applied.newest(ENDED) !== endedMark(true).digest) {
      const error = `account ${user} has ended, and not by the provisioner`;
      yield items.error(resource, error, `chage --expiredate -1 ${user}`);
      return "none";
    }
    const revived = yield items.change(resource, {
      cause: "intent",
      summary: `revive account ${user}`,
      action: { kind: "revive_account", user },
      doneMarks: [endedMark(false)],
    });
    if (!revived.isDone) return "none";
  } else yield items.ok(resource, applied.has(ENDED) ? [endedMark(false)] : undefined);
  return yield* homeOf({ host, applied, items }, user, home);
}

function* homeOf({ host, items }: PlanContext, user: string, home: string): Steps<AccountState> {
  const resource = `home ${home}`;
  const fact = host.file(home);
  if (fact.kind === "absent") {
    const made = yield items.change(resource, {
      cause: "missing",
      summary: `make ${home}`,
      action: { kind: "create_home", user, home },
    });
    return made.isDone ? "whole" : "homeless";
  }
  const uid = host.account(user)?.uid;
  if (fact.kind !== "directory") {
    const what = fact.kind === "link" ? `a link to ${fact.target}` : "no directory";
    yield items.error(resource, `${home} is ${what}, must be a directory`, `ls -ld ${home}`);
    return "homeless";
  }
  if (fact.uid !== uid) {
    const error = `${home} is owned by number ${fact.uid}, must be owned by ${user}`;
    yield items.error(resource, error, `chown --recursive ${user}: ${home}`);
    return "homeless";
  }
  yield items.ok(resource);
  return "whole";
}

function* groups({ host, items }: PlanContext, { os_user: user, groups }: Account): Steps {
  for (const group of groups) {
    const resource = `group ${group}`;
    const fact = host.group(group);
    const account = host.account(user);
    if (fact === undefined) {
      yield items.skipped(resource, `there is no group ${group}; ${user} joins once there is`);
    } else if (fact.members.has(user) || account?.gid === fact.gid) yield items.ok(resource);
    else {
      yield items.change(resource, {
        cause: "missing",
        summary: `add ${user} to the group ${group}`,
        action: { kind: "join_group", user, group },
      });
    }
  }
}
