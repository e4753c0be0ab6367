/**
 * Whether what is enabled runs.
 *
 * @module
 */
import type { UnitFact } from "../facts.ts";
import type { Check, Finding } from "../finding.ts";

/** The check. */
export const UNITS: Check = {
  name: "units",
  okText: "every unit that is enabled runs, and none has failed",
  judge({ isDevBox, units }) {
    if (!isDevBox) return { skipped: "one person's machine has no units" };
    if (units === undefined) return { skipped: "systemd cannot be asked" };
    return units.flatMap(judgeUnit);
  },
};

function judgeUnit(unit: UnitFact): readonly Finding[] {
  const { name, active, enabled, result, isConditionMet } = unit;
  if (active === "failed") {
    return [{
      text: `${name} has failed (${result}), must run`,
      fix: `journalctl -u ${name} -n 50; systemctl reset-failed ${name} && ` +
        `systemctl restart ${name}`,
    }];
  }
  if (enabled === "enabled" && active === "inactive" && isConditionMet) {
    return [{ text: `${name} is enabled and does not run`, fix: `systemctl start ${name}` }];
  }
  return [];
}
