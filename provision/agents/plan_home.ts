/**
 * What needs a user's home: units of before retired, Claude installed, agents wired.
 *
 * @module
 */
import type { Account } from "../../roster/derive.ts";
import type { PlanContext } from "../file_step.ts";
import type { Steps } from "../item.ts";
import { AGENT_CONFIGS } from "./agent_configs.ts";
import { installStep } from "./install_step.ts";
import { legacyStep } from "./legacy_step.ts";
import { wireStep } from "./wire_step.ts";

/** What the settings say of it. */
export interface HomeSettings {
  /** Where Claude's installer is; `null` for none. */
  readonly claude_installer: string | null;
  /** Whether this run has no network. */
  readonly isOffline: boolean;
}

/**
 * Makes the planner of homes.
 *
 * @param settings What the settings say, and what this run can do.
 */
export function homePlanner(
  { claude_installer: url, isOffline }: HomeSettings,
): (context: PlanContext, account: Account) => Steps {
  return function* (context, account) {
    const { os_user: user, agents } = account;
    // Before the user's unit is started: one of before may hold its port.
    yield* legacyStep(context, user);
    if (agents.includes("claude") && url !== null) {
      yield* installStep(context, user, { url, isOffline });
    }
    for (const agent of agents) yield* wireStep(context, account, AGENT_CONFIGS[agent]);
  };
}
