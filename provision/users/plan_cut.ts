/**
 * The cut of a user who left the roster: every right is taken, nothing is destroyed.
 *
 * Account, home, env files and ports stay, so that a return needs no more than a row. What is not on
 * this machine (groups at the identity provider, roles in the cluster) is named by
 * `roster offboard`; deleting is for a person, by hand.
 *
 * @module
 */
import type { PlanContext } from "../file_step.ts";
import type { Steps } from "../item.ts";
import { endedMark } from "./account_step.ts";
import { disabledUnit } from "./unit_step.ts";
import { unitsOf } from "./user_units.ts";

/** Plans the cut of one user. */
export function* planCut(context: PlanContext, user: string): Steps {
  const { host, items } = context;
  for (const unit of unitsOf(user)) yield* disabledUnit(context, unit);
  const account = host.account(user);
  if (account === undefined || account.isExpired) {
    yield items.ok("account");
    return;
  }
  if (account.uid === 0) {
    yield items.error("account", `${user} is root, which is never cut off`);
    return;
  }
  yield items.change("account", {
    cause: "intent",
    summary: `end account ${user}: neither key nor password open it; home and ports stay`,
    action: { kind: "expire_account", user },
    // Before the act: an account that is ended and not known to be ours would stay so.
    marks: [endedMark(true)],
  });
}
