/**
 * The units of the instances, through `systemctl`.
 *
 * @module
 */
import { runCommand } from "../core/process.ts";
import type { Services } from "./effects.ts";

const SYSTEMCTL = "/usr/bin/systemctl";

/** Longer than any unit's own `TimeoutStopSec=`. */
const DEADLINE_MS = 300_000;

/**
 * Units of a template.
 *
 * @param prefix The unit's name before the user's, such as `t3-serve@`.
 */
export function openUnits(prefix: string): Services {
  const unitOf = (user: string) => `${prefix}${user}.service`;
  return {
    isActive: async (user) => {
      const state = (await show(unitOf(user), "ActiveState")).trim();
      return state === "active" || state === "activating" || state === "reloading";
    },
    async start(user) {
      // One that has given up would refuse to start.
      await systemctl(["reset-failed", unitOf(user)], [1]);
      await systemctl(["start", unitOf(user)]);
    },
    async stop(user) {
      await systemctl(["stop", unitOf(user)]);
      // It may be waiting to be started again.
      await systemctl(["reset-failed", unitOf(user)], [1]);
    },
    restarts: async (user) => Number(await show(unitOf(user), "NRestarts")),
  };
}

async function show(unit: string, property: string): Promise<string> {
  return await systemctl(["show", "--property", property, "--value", "--", unit]);
}

async function systemctl(
  args: readonly string[],
  tolerated: readonly number[] = [],
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(SYSTEMCTL, args, { deadlineMs: DEADLINE_MS });
  if (code === 0 || tolerated.includes(code)) return stdout;
  throw new Error(`systemctl ${args.join(" ")}: ${stderr.trim() || `exit code ${code}`}`);
}
