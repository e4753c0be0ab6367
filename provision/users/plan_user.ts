/**
 * Everything of one user of the roster, in the order in which it is made.
 *
 * @module
 */
import type { Account } from "../../roster/derive.ts";
import { envStep } from "../env_step.ts";
import type { PlanContext } from "../file_step.ts";
import type { Steps } from "../item.ts";
import { accountStep } from "./account_step.ts";
import { portStep } from "./port_step.ts";
import { followerStep, type TokenSource, tokenStep } from "./token_step.ts";
import { disabledUnit, enabledUnit } from "./unit_step.ts";
import { followUnit, mcpUnit, refreshTimer, t3Pointer, t3Unit, unitsOf } from "./user_units.ts";

/** A user as wanted, with what the settings add to the roster. */
export interface WantedUser {
  /** The account, its ports and its agents. */
  readonly account: Account;
  /** Where logged-in state comes from; `undefined` where this user gets none. */
  readonly snapshot: { readonly url: string; readonly token: TokenSource } | undefined;
  /** What needs the user's home: agents, installers, units of their own from before. */
  readonly inHome: (context: PlanContext, account: Account) => Steps;
  /** Keys of the user's t3 env file besides the port; those that are `undefined` are taken away. */
  readonly t3Keys: (context: PlanContext, account: Account) => Readonly<
    Record<string, string | undefined>
  >;
}

/** Plans one user. */
export function* planUser(context: PlanContext, wanted: WantedUser): Steps {
  const { items, host } = context;
  const { account, snapshot } = wanted;
  const { os_user: user } = account;
  const state = yield* accountStep(context, account);
  if (state === "none") {
    yield items.skipped("everything else", `${user} has no account that may be used`);
    return;
  }
  const t3Env = yield* envStep(context, {
    path: `/etc/t3-serve/${user}.env`,
    keys: { T3_PORT: String(account.t3_port), ...wanted.t3Keys(context, account) },
    secretKeys: ["CLAUDE_CODE_OAUTH_TOKEN"],
  });
  const mcpEnv = yield* envStep(context, {
    path: `/etc/t3-serve/playwright-${user}.env`,
    keys: {
      PLAYWRIGHT_PORT: String(account.playwright_port),
      PLAYWRIGHT_SNAPSHOT_URL: snapshot?.url,
    },
  });
  const token = snapshot === undefined
    ? undefined
    : yield* tokenStep(context, user, snapshot.token, state === "whole");
  if (account.parked) {
    for (const unit of unitsOf(user)) yield* disabledUnit(context, unit);
    return;
  }
  if (state === "homeless") {
    yield items.skipped("agents and units", `${user} has no home that may be written to`);
    return;
  }
  yield* wanted.inHome(context, account);
  if (t3Env.isDone) {
    const isInstalled = host.file(t3Pointer(user)).kind !== "absent";
    yield* guardedUnit(context, user, t3Unit(user), account.t3_port, isInstalled);
  }
  if (!mcpEnv.isDone) return;
  // The copy comes first: the server's first session is logged in then.
  if (snapshot !== undefined && token !== undefined) {
    yield* enabledUnit(context, refreshTimer(user), true);
    if (yield* enabledUnit(context, followUnit(user), true)) {
      yield* followerStep(context, user, token);
    }
  } else {
    for (const unit of [followUnit(user), refreshTimer(user)]) yield* disabledUnit(context, unit);
  }
  yield* guardedUnit(context, user, mcpUnit(user), account.playwright_port, true);
}

function* guardedUnit(
  context: PlanContext,
  user: string,
  unit: string,
  port: number,
  isStarted: boolean,
): Steps {
  if (yield* portStep(context, port, unit, user)) yield* enabledUnit(context, unit, isStarted);
  else yield context.items.skipped(`unit ${unit}`, `port ${port} is not free for it`);
}
