/**
 * Wires an agent by its own program, run as the user.
 *
 * Each command may be cut short: an agent writes its file in one step, and what is missing is added
 * by the next run.
 *
 * @module
 */
import type { Outcome } from "../item.ts";
import { DONE } from "../item.ts";
import type { ActionOf, PerformContext } from "../real/performers.ts";
import { AGENT_CONFIGS } from "./agent_configs.ts";
import { readConfig } from "./read_config.ts";
import { agentEnv, identityOf } from "./run_as.ts";

/** No agent needs longer to change a file. */
const DEADLINE_MS = 60_000;

/** Carries out `wire_agent`. */
export async function performWiring(
  action: ActionOf<"wire_agent">,
  { host, runTool }: PerformContext,
): Promise<Outcome> {
  const { user, agent, commands, url, foreseen } = action;
  const failed = (why: string): Outcome => ({
    isDone: false,
    error: `Cannot wire ${agent} of ${user}: ${why}`,
  });
  const as = identityOf(host, user);
  if (as === undefined) return failed("there is no such account");
  for (const [command = "", ...args] of commands) {
    const env = agentEnv(as.home);
    const { trouble } = await runTool({ command, args, env, as, deadlineMs: DEADLINE_MS });
    if (trouble !== undefined) return failed(trouble);
  }
  // Its exit code says that it ended well, not that a session would find the server.
  const file = readConfig(host, foreseen.path, as);
  const parsed = file.kind === "text" ? AGENT_CONFIGS[agent].parse(file.text) : undefined;
  if (parsed?.isValid && parsed.entry?.url === url) return DONE;
  return failed(`${commands.at(-1)?.[0]} ended well, and ${foreseen.path} does not say ${url}`);
}
