/**
 * Makes what is missing of an account that `useradd` was killed at, or lost power at.
 *
 * It writes `/etc/passwd`, `shadow`, `group`, `gshadow`, `subuid` and `subgid`, in this order and
 * each in one step, so that any number of the later ones may lack the account.
 *
 * @module
 */
import { DONE, type Outcome } from "../item.ts";
import { fileBytes } from "./read_file.ts";

const CHAGE = "/usr/bin/chage";
const USERMOD = "/usr/sbin/usermod";
const GROUPADD = "/usr/sbin/groupadd";
const GROUPMOD = "/usr/sbin/groupmod";

/** `SUB_UID_MIN` and `SUB_UID_COUNT` of login.defs(5). */
const FIRST_SUB_ID = 100_000;
const SUB_ID_COUNT = 65_536;

/** An account that has its line in `/etc/passwd`. */
export interface MadeAccount {
  /** Its name. */
  readonly user: string;
  /** The number of its first group. */
  readonly gid: number;
  /** Whether it has its line in `/etc/shadow`. */
  readonly hasShadow: boolean;
  /** Whether a group has that number. */
  readonly hasGroup: boolean;
}

/**
 * Makes what is missing.
 *
 * @param account The account.
 * @param run Runs one of the tools.
 */
export async function finishAccount(
  account: MadeAccount,
  run: (command: string, args: readonly string[]) => Promise<Outcome>,
): Promise<Outcome> {
  for (const [command, ...args] of missingSteps(account)) {
    const outcome = await run(command, args);
    if (!outcome.isDone) return outcome;
  }
  return DONE;
}

function* missingSteps(account: MadeAccount): Generator<readonly [string, ...string[]]> {
  const { user, gid, hasShadow, hasGroup } = account;
  if (!hasShadow) {
    // It makes the missing line, with no date, and takes the password field of /etc/passwd over.
    yield [CHAGE, "--expiredate", "-1", user];
    yield [USERMOD, "--lock", user];
  }
  if (!hasGroup) yield [GROUPADD, "--gid", `${gid}`, user];
  // It makes the missing line for a group whose password is said to be there.
  else if (isLacking("gshadow", user) && !isLacking("group", user)) {
    yield [GROUPMOD, "--password", "!", user];
  }
  for (
    const [table, option] of [["subuid", "--add-subuids"], ["subgid", "--add-subgids"]] as const
  ) {
    const text = textOf(table);
    if (text !== undefined && isLacking(table, user)) {
      yield [
        USERMOD,
        option,
        freeRange(text),
        user,
      ];
    }
  }
}

/** Whether a table is there and has no line of this name. */
function isLacking(table: string, name: string): boolean {
  const text = textOf(table);
  return text !== undefined && !text.split("\n").some((line) => line.startsWith(`${name}:`));
}

function textOf(table: string): string | undefined {
  const bytes = fileBytes(`/etc/${table}`, undefined);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** A range of subordinate ids after every one that is given away, as `usermod` takes it. */
export function freeRange(table: string): string {
  let first = FIRST_SUB_ID;
  for (const line of table.split("\n")) {
    const [, start, count] = /^[^:]+:(\d+):(\d+)$/.exec(line) ?? [];
    if (start !== undefined) first = Math.max(first, Number(start) + Number(count));
  }
  return `${first}-${first + SUB_ID_COUNT - 1}`;
}
