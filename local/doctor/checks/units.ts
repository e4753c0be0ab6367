/**
 * Whether what is enabled runs, and whether what must be enabled is.
 *
 * @module
 */
import { asRoot } from "../command_line.ts";
import type { MachineFacts, UnitFact } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { type MachineCheck, NO_BOX } from "../machine_check.ts";

/** Units of the machine itself, which are to start with it whoever its users are. */
export const MACHINE_UNITS: readonly string[] = [
  "t3-autoupdate.timer",
  "t3-autoupdate-drain.timer",
  "t3-backup-state.timer",
  "t3-dispatch.service",
  "t3-mint.socket",
  "t3-provision-users.timer",
];

/** A unit that was started again this often, and is being again, does not run. */
const MANY_RESTARTS = 3;

/** The check. */
export const UNITS: MachineCheck = {
  name: "units",
  okText: "every unit that is enabled runs, and none has failed",
  judge(facts) {
    if (!facts.isDevBox) return { skipped: NO_BOX };
    if (facts.units === undefined) return { skipped: "systemd cannot be asked" };
    return unitFindings(facts);
  },
};

/** What is wrong with units, as far as they are known. */
export function unitFindings({ units = [], uid }: MachineFacts): readonly Finding[] {
  return [
    ...units.some(({ isOutdated }) => isOutdated)
      ? [{
        text: `systemd has not read ${
          units.filter(({ isOutdated }) => isOutdated).map(({ name }) => name).join(", ")
        } since it was changed`,
        fix: asRoot(uid, "systemctl daemon-reload"),
        about: ["systemd's units"],
      }]
      : [],
    ...units.flatMap((unit) => {
      const finding = judgeUnit(unit);
      return finding === undefined ? [] : [{ ...finding, fix: asRoot(uid, finding.fix) }];
    }),
  ];
}

function judgeUnit(unit: UnitFact): Finding | undefined {
  const { name, active, sub, enabled, result, restarts, isConditionMet } = unit;
  const about = [name];
  if (active === "failed") {
    return {
      text: `${name} has failed (${result}), must run`,
      fix: `systemctl reset-failed ${name} && systemctl restart ${name} || ` +
        `journalctl -u ${name} -n 50`,
      about,
    };
  }
  if (sub === "auto-restart" && restarts >= MANY_RESTARTS) {
    return {
      text: `${name} ends as often as it is started (${restarts} times, ${result}), must run`,
      fix: `journalctl -u ${name} -n 50`,
      does: "show",
      about,
    };
  }
  if (MACHINE_UNITS.includes(name) && enabled !== "enabled") {
    return {
      text: `${name} is ${enabled === "" ? "not installed" : enabled}, must be enabled`,
      fix: `systemctl enable --now ${name}`,
      about,
    };
  }
  if (enabled === "enabled" && active === "inactive" && isConditionMet) {
    return {
      text: `${name} is enabled and does not run`,
      fix: `systemctl start ${name}`,
      about,
    };
  }
  return undefined;
}
