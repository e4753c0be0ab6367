/**
 * This machine, to be looked at and changed.
 *
 * Below a home, everything is done by its owner; elsewhere by root.
 *
 * A permission set needs to name two programs, `/usr/bin/timeout` and `/usr/bin/setpriv`, which
 * start the others: `/usr/sbin/{useradd,usermod,groupadd,groupmod}`, `/usr/bin/{gpasswd,chage,cp,
 * chown,sync,ln,systemctl,cat,find,getent}`, and as a user `/usr/bin/env`, `/bin/sh` and what that runs.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import type { Action } from "../action.ts";
import type { Outcome } from "../item.ts";
import type { Machine } from "../machine.ts";
import {
  createAccount,
  createGroup,
  createMissingHome,
  expireAccount,
  joinGroup,
  reviveAccount,
} from "./account_actions.ts";
import { performOnFile } from "./file_actions.ts";
import type { Performers } from "./performers.ts";
import { type RealHost, realHost } from "./real_host.ts";
import { type RunTool, runTool as realRunTool } from "./run_tool.ts";
import { performOnUnit } from "./unit_actions.ts";

/** What a machine needs. */
export interface MachineDeps {
  /** The time. */
  readonly clock: Clock;
  /** What carries out the actions that take the network or somebody else's program. */
  readonly performers: Performers;
  /** Runs programs. @default {runTool} */
  readonly runTool?: RunTool;
}

/** This machine. */
export interface RealMachine extends Machine {
  /** The machine as it is now. */
  readonly host: RealHost;
}

/**
 * This machine.
 *
 * @param deps Clock and performers.
 */
export function realMachine(deps: MachineDeps): RealMachine {
  const { clock, performers, runTool = realRunTool } = deps;
  const host = realHost(clock);
  const context = { host, runTool, now: () => clock.now() };

  // A package may bring accounts and units of its own.
  function forgetAll(): void {
    host.forget({ what: "accounts" });
    host.forget({ what: "every unit" });
  }

  function perform(action: Action): Promise<Outcome> {
    switch (action.kind) {
      case "create_account":
        return createAccount(action, context);
      case "create_home":
        return createMissingHome(action, context);
      case "create_group":
        return createGroup(action, context);
      case "join_group":
        return joinGroup(action, context);
      case "expire_account":
        return expireAccount(action, context);
      case "revive_account":
        return reviveAccount(action, context);
      case "write_file":
      case "make_directory":
      case "change_mode":
      case "change_owner":
      case "link":
        return performOnFile(action, host, runTool);
      case "reload_units":
      case "enable_unit":
      case "disable_unit":
      case "restart_unit":
        return performOnUnit(action, host, runTool);
      case "wire_agent":
        return performers.wire_agent(action, context);
      case "install_claude":
        return performers.install_claude(action, context);
      case "retire_legacy":
        return performers.retire_legacy(action, context)
          .finally(() => host.forget({ what: "listeners" }));
      case "install_packages":
        return performers.install_packages(action, context).finally(forgetAll);
      case "install_tree":
        return performers.install_tree(action, context);
      case "install_sudoers":
        return performers.install_sudoers(action, context);
      case "install_accounts":
        return performers.install_accounts(action, context).finally(forgetAll);
    }
  }
  return { host, perform };
}
