/**
 * Whether t3 is updated and the machine is kept as its roster says, without anybody's doing.
 *
 * @module
 */
import { asRoot } from "../command_line.ts";
import type { Finding } from "../finding.ts";
import { type MachineCheck, NO_BOX } from "../machine_check.ts";

/** The provisioner runs every hour. */
const SILENT_MS = 3 * 3_600_000;

/** The check. */
export const UPDATES: MachineCheck = {
  name: "updates",
  okText: "t3 is updated, and the provisioner has run in the last three hours",
  judge({ isDevBox, uid, frozen, provisionedMs, nowMs, call }) {
    if (!isDevBox) return { skipped: NO_BOX };
    if (uid !== 0) return { skipped: "only root sees when the provisioner ran" };
    const silentMs = provisionedMs === undefined ? undefined : nowMs - provisionedMs;
    return [
      ...frozen === undefined ? [] : [{
        text: `t3 is not updated: ${frozen}`,
        fix: asRoot(uid, `${call.autoupdate} unfreeze`),
        about: ["/etc/t3-autoupdate.freeze"],
      }],
      ...silentMs !== undefined && silentMs < SILENT_MS ? [] : [{
        text: silentMs === undefined
          ? "The provisioner has never run, must every hour"
          : `The provisioner ran ${Math.floor(silentMs / 3_600_000)} hours ago, must every hour`,
        fix: asRoot(uid, "systemctl start t3-provision-users.service"),
        about: ["t3-provision-users.service"],
      }],
    ] satisfies readonly Finding[];
  },
};
