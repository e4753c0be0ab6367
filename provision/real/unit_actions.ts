/**
 * Units of the system manager, by `systemctl`.
 *
 * A failure says what systemd knows of it and where the unit's own words are: those stay in the
 * journal, since they may hold what is nobody else's business.
 *
 * @module
 */
import type { UnitAction } from "../action.ts";
import { DONE, type Outcome } from "../item.ts";
import { failed } from "./outcome.ts";
import { printable } from "./printable.ts";
import type { RealHost } from "./real_host.ts";
import type { RunTool } from "./run_tool.ts";

const SYSTEMCTL = "/usr/bin/systemctl";

/** A unit may take its whole `TimeoutStartSec=` to fail. */
const DEADLINE_MS = 180_000;

/** Carries out an action on a unit. */
export async function performOnUnit(
  action: UnitAction,
  host: RealHost,
  runTool: RunTool,
): Promise<Outcome> {
  const systemctl = (...args: readonly string[]) =>
    runTool({ command: SYSTEMCTL, args, deadlineMs: DEADLINE_MS });

  async function change(what: string, unit: string, ...args: readonly string[]): Promise<Outcome> {
    const { trouble, stderr } = await systemctl(...args, "--", unit);
    host.forget({ what: "unit", unit });
    if (trouble === undefined) return DONE;
    const shown = await systemctl("show", "--property=Result,ExecMainStatus,LoadState", "--", unit);
    const why = [firstLine(stderr) ?? trouble, ...troubleOf(shown.stdout)].join(", ");
    return failed(`Cannot ${what} ${unit}: ${why} (see: journalctl -u ${unit})`);
  }

  async function isOutdated(unit: string): Promise<boolean> {
    const property = "--property=NeedDaemonReload";
    const { stdout } = await systemctl("show", property, "--value", "--", unit);
    return stdout.trim() === "yes";
  }

  switch (action.kind) {
    case "reload_units": {
      const { trouble } = await systemctl("daemon-reload");
      host.forget({ what: "every unit" });
      return trouble === undefined ? DONE : failed(`Cannot reload the units: ${trouble}`);
    }
    case "enable_unit": {
      const { unit, isStarted } = action;
      const { isEnabled, active } = host.unit(unit);
      // It was read before, and maybe mended since by somebody who told nobody.
      if (isEnabled && await isOutdated(unit)) await systemctl("daemon-reload");
      // One that gave up does not start again before.
      if (active === "failed") await systemctl("reset-failed", "--", unit);
      // Reading every unit of the machine again for each that is enabled takes seconds where there
      // are many; starting one reads that one, and the next boot reads all.
      const args = ["enable", "--no-reload", ...(isStarted ? ["--now"] : [])];
      return await change(isStarted ? "start" : "enable", unit, ...args);
    }
    case "disable_unit": {
      const { unit } = action;
      const outcome = await change("disable", unit, "disable", "--now");
      await systemctl("reset-failed", "--", unit);
      return outcome;
    }
    case "restart_unit":
      return await change("restart", action.unit, "try-restart");
  }
}

/** The first line that says something; links that were made before the failure do not. */
function firstLine(text: string): string | undefined {
  const line = text.split("\n").find((one) => !/^(?:Created symlink|Removed|\s*$)/.test(one));
  return line === undefined ? undefined : printable(line).trim().replace(/\.$/, "").slice(0, 300);
}

/** What is worth telling of `systemctl show`: "result exit-code", "status 1". */
function troubleOf(shown: string): readonly string[] {
  const fields = new Map(
    shown.split("\n").map((line) => {
      const equals = line.indexOf("=");
      return [line.slice(0, equals), printable(line.slice(equals + 1))];
    }),
  );
  const result = fields.get("Result");
  const status = fields.get("ExecMainStatus");
  const load = fields.get("LoadState");
  return [
    ...(result === undefined || result === "" || result === "success" ? [] : [`result ${result}`]),
    ...(status === undefined || status === "" || status === "0" ? [] : [`status ${status}`]),
    ...(load === undefined || load === "" || load === "loaded" ? [] : [`unit file ${load}`]),
  ];
}
