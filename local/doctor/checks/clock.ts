/**
 * Whether this machine's clock is right, as far as the snapshot's server can tell.
 *
 * A login's end is a time: with a clock that is wrong, cookies are dead on arrival.
 *
 * @module
 */
import { asRoot } from "../command_line.ts";
import type { MachineCheck } from "../machine_check.ts";

/** `Date` has whole seconds, and answers take time. */
const MOST_MS = 60_000;

/** The check. */
export const CLOCK: MachineCheck = {
  name: "clock",
  okText: "the clock is that of the snapshot server",
  judge({ snapshots, uid }) {
    const skews = snapshots.flatMap(({ url, answer }) =>
      answer.kind === "answered" && answer.dateMs !== undefined
        ? [{ url, ms: answer.atMs - answer.dateMs }]
        : []
    );
    if (skews.length === 0) return { skipped: "no server told the time" };
    const [worst] = skews.sort((a, b) => Math.abs(b.ms) - Math.abs(a.ms));
    if (worst === undefined || Math.abs(worst.ms) <= MOST_MS) return [];
    const seconds = Math.round(Math.abs(worst.ms) / 1_000);
    return [{
      text: `The clock is ${seconds} s ${worst.ms > 0 ? "ahead of" : "behind"} ${worst.url}, ` +
        `must be within ${MOST_MS / 1_000} s`,
      fix: asRoot(uid, "apt-get install -y systemd-timesyncd && timedatectl set-ntp true"),
      about: ["clock"],
    }];
  },
};
