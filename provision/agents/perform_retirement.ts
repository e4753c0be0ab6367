/**
 * Stops a user's own units from before and puts their files aside, as the user.
 *
 * Where the user's manager runs it is asked over its own socket, which needs neither a session nor
 * a user bus (`--machine=` needs both). Each step may be cut short and is done again.
 *
 * @module
 */
import type { Outcome } from "../item.ts";
import { DONE } from "../item.ts";
import type { ActionOf, PerformContext } from "../real/performers.ts";
import type { Tool } from "../real/run_tool.ts";
import { RETIRED_SUFFIX, userUnitDirectory } from "./legacy_step.ts";
import { identityOf } from "./run_as.ts";

const SYSTEMCTL = "/usr/bin/systemctl";
/** systemd gives a service 90 s before it kills it. */
const STOP_DEADLINE_MS = 120_000;
/** What systemctl exits with for a unit that is not loaded: there is nothing to stop. */
const NOT_LOADED = 5;

/** Carries out `retire_legacy`. */
export async function performRetirement(
  action: ActionOf<"retire_legacy">,
  { host, runTool }: PerformContext,
): Promise<Outcome> {
  const { user, units } = action;
  const failed = (why: string): Outcome => ({
    isDone: false,
    error: `Cannot retire ${units.join(", ")} of ${user}: ${why}`,
  });
  const as = identityOf(host, user);
  if (as === undefined) return failed("there is no such account");
  const manager = { XDG_RUNTIME_DIR: `/run/user/${as.uid}` };
  const isManaged = host.unit(`user@${as.uid}.service`).active === "active";
  const directory = userUnitDirectory(as.home);
  const systemctl = (env: Tool["env"], verb: string, ...names: readonly string[]): Tool => ({
    command: SYSTEMCTL,
    args: ["--user", "--no-ask-password", verb, "--", ...names],
    env: env ?? {},
    as,
    deadlineMs: STOP_DEADLINE_MS,
  });
  for (const unit of isManaged ? units : []) {
    const { code, trouble } = await runTool(systemctl(manager, "stop", instances(unit)));
    if (trouble !== undefined && code !== NOT_LOADED) return failed(trouble);
  }
  const tools: readonly Tool[] = [
    // Without the manager: it only takes links away.
    systemctl({ SYSTEMD_OFFLINE: "1" }, "disable", ...units),
    ...units.map((unit): Tool => ({
      command: "/bin/mv",
      // One that was put aside before is kept too.
      args: ["--backup=numbered", "-T", "--", `${directory}/${unit}`, retired(directory, unit)],
      as,
    })),
    ...(isManaged
      ? [systemctl(manager, "daemon-reload"), systemctl(manager, "reset-failed", "playwright-*")]
      : []),
  ];
  for (const tool of tools) {
    const { trouble } = await runTool(tool);
    if (trouble !== undefined) return failed(trouble);
  }
  return DONE;
}

function retired(directory: string, unit: string): string {
  return `${directory}/${unit}${RETIRED_SUFFIX}`;
}

/** A template has no process; its instances do. */
function instances(unit: string): string {
  return unit.replace(/@(?=\.[a-z]+$)/, "@*");
}
