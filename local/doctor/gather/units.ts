/**
 * How units are, by systemctl(1).
 *
 * @module
 */
import { MACHINE_UNITS } from "../checks/units.ts";
import type { UnitFact } from "../facts.ts";
import { runTool } from "./run_tool.ts";

const SYSTEMCTL = "/usr/bin/systemctl";

/** The units of a user. */
export function unitsOf(user: string): readonly string[] {
  return [
    `playwright-mcp@${user}.service`,
    `playwright-snapshot-follow@${user}.service`,
    `playwright-snapshot-refresh@${user}.timer`,
    `t3-serve@${user}.service`,
  ];
}

/** Asks for the units of a dev box, and for every other of ours that failed. */
export async function gatherUnits(
  users: readonly string[],
): Promise<readonly UnitFact[] | undefined> {
  const failed = await runTool(SYSTEMCTL, [
    ...["list-units", "--failed", "--plain", "--no-legend", "--no-pager"],
    ...["t3-*", "playwright-*", "hearth-*"],
  ]);
  if (failed.code !== 0) return undefined;
  const names = failed.stdout.split("\n").map((line) => line.trim().split(/\s+/)[0] ?? "")
    .filter((name) => name !== "");
  const { stdout } = await runTool(SYSTEMCTL, [
    "show",
    "--property=Id,ActiveState,SubState,NRestarts,UnitFileState,Result,NeedDaemonReload," +
    "ConditionResult,ConditionTimestampMonotonic",
    "--",
    ...new Set([...MACHINE_UNITS, ...users.flatMap(unitsOf), ...names]),
  ]);
  return parseUnits(stdout);
}

/** Reads what `systemctl show` printed: a block a unit. */
export function parseUnits(text: string): readonly UnitFact[] {
  return text.trim().split(/\n\s*\n/).filter((block) => block !== "").map((block) => {
    const of = new Map(
      block.split("\n").map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1)];
      }),
    );
    return {
      name: of.get("Id") ?? "",
      active: of.get("ActiveState") ?? "",
      sub: of.get("SubState") ?? "",
      restarts: Number(of.get("NRestarts") ?? 0),
      isOutdated: of.get("NeedDaemonReload") === "yes",
      enabled: of.get("UnitFileState") ?? "",
      result: of.get("Result") ?? "",
      // Of a unit that was never started nobody knows.
      isConditionMet: of.get("ConditionResult") === "yes" ||
        (of.get("ConditionTimestampMonotonic") ?? "0") === "0",
    };
  });
}
