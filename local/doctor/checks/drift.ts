/**
 * Whether the machine and its users are what the roster and the settings say.
 *
 * @module
 */
import { quoted } from "../command_line.ts";
import type { DriftItem, MachineFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { type MachineCheck, NO_BOX } from "../machine_check.ts";
import { unitFindings } from "./units.ts";

/** The provisioner's name of what belongs to no user. */
const MACHINE = "the machine";

/** The check. */
export const DRIFT: MachineCheck = {
  name: "drift",
  okText: "the machine is what its roster says",
  judge(facts) {
    const { isDevBox, uid, drift, call } = facts;
    if (!isDevBox) return { skipped: NO_BOX };
    if (uid !== 0) return { skipped: "only root may compare the machine with its roster" };
    if (drift === undefined) return { skipped: "the machine has no roster to be compared with" };
    if (drift.error !== undefined) {
      return [{
        text: `The machine cannot be compared with its roster: ${drift.error}`,
        fix: `${call.provision} plan${call.config}`,
        does: "show",
        about: ["roster"],
      }];
    }
    // What only does not run is started, and needs no provisioner.
    const told = new Set(unitFindings(facts).flatMap(({ about }) => about));
    return drift.items.filter((item) => !told.has(subjectOf(item)) && !isKept(item))
      .map((item) => judgeItem(item, facts));
  },
};

function judgeItem(item: DriftItem, { call }: MachineFacts): Finding {
  const { scope, result, summary, fix } = item;
  const about = [subjectOf(item)];
  if (result === "pending") {
    return {
      text: `${scope === MACHINE ? "The machine" : scope} is not as the roster says, must be: ` +
        summary,
      fix: scope === MACHINE
        ? `${call.provision} host${call.config}`
        : `${call.provision} apply --user ${quoted(scope)}${call.config}`,
      about,
    };
  }
  const command = fix === undefined ? undefined : commandIn(fix);
  return {
    text: command === fix || fix === undefined ? summary : `${summary}; ${fix}`,
    ...command === undefined
      ? { fix: `${call.provision} plan${call.config}`, does: "show" as const }
      : { fix: command },
    about,
  };
}

/** Whether a secret could not be asked for, and the one that is there does: whoever looks has no login. */
function isKept({ result, summary }: DriftItem): boolean {
  return result === "warning" && /cannot be had: .* stays$/.test(summary);
}

/** What the other checks call it: a path, a unit, a port. */
function subjectOf({ scope, resource }: DriftItem): string {
  const [, subject] = /^(?:file|directory|unit|home|link|units?) (\S+)$/.exec(resource) ?? [];
  return subject ?? (resource.startsWith("port ") ? resource : `${scope} ${resource}`);
}

/** The command at the end of what a person may do, if there is one. */
function commandIn(fix: string): string | undefined {
  const [, command = fix] = /^[a-z][a-z, ]*: (\S.*)$/.exec(fix) ?? [];
  return /^(?:apt-get|chage|chmod|chown|groupdel|kill|ls|mv|rm|ss|systemctl|useradd|usermod) /
      .test(command)
    ? command
    : undefined;
}
