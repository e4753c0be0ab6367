/**
 * Faults that dev boxes get, as somebody or something makes them, and what the doctor says of each.
 *
 * @module
 */
import { MOUNTED } from "./box.ts";

/** One fault. */
export interface BoxFault {
  /** What is wrong. */
  readonly what: string;
  /** Makes it so, in a box of ada, grace and edsger. */
  readonly plant: string;
  /** What the doctor says: `CHECK: TEXT`, once. */
  readonly wanted: RegExp;
  /** Takes away what only the plant needed, once the doctor's command has run. */
  readonly tidy?: string;
}

/** A unit that is nobody's and listens on a port. */
const stranger = (port: number) =>
  `systemd-run --quiet --collect --unit=stranger ${MOUNTED}/bin/deno eval \
    'Deno.listen({ hostname: "127.0.0.1", port: ${port} }); setInterval(() => {}, 1e6)'
  until bash -c '</dev/tcp/127.0.0.1/${port}' 2>/dev/null; do sleep 0.1; done`;

/** Each alone, in a box where nothing else is wrong. */
export const BOX_FAULTS: readonly BoxFault[] = [
  {
    what: "a link to Node leads nowhere",
    plant: "ln -sfn 1.2.3 /opt/hearth/node/current",
    wanted: /^programs: Node is not installed, must be 22\.16\.0 or newer$/,
  },
  {
    what: "the kernel allows no user namespaces",
    // The setting is the whole machine's: a file stands for it.
    plant: "echo 0 >/run/none; mount --bind /run/none /proc/sys/user/max_user_namespaces",
    wanted: /^sandbox: user\.max_user_namespaces is 0, must be more/,
    tidy: "umount /proc/sys/user/max_user_namespaces; rm /etc/sysctl.d/60-hearth.conf",
  },
  {
    what: "archives of packages fill a disk",
    plant: `mount -t tmpfs -o size=2m tmpfs /var/cache; mkdir -p /var/cache/apt/archives/partial
      head -c 1900k /dev/zero >/var/cache/apt/archives/large_1_all.deb`,
    wanted: /^disks: "\/var\/cache" has 0 MiB left, must have at least 1 MiB$/,
    tidy: "umount /var/cache",
  },
  {
    what: "a disk was mounted read-only after an error",
    plant: "mount --bind /opt /opt; mount -o remount,bind,ro /opt",
    wanted: /^disks: "\/opt" is mounted read-only, must be written to$/,
    tidy: "umount /opt",
  },
  {
    what: "a token may be read by everybody",
    plant: "chmod 0644 /etc/t3-serve/tokens/grace",
    wanted: /^secrets: "\/etc\/t3-serve\/tokens\/grace" has mode 0644, must be 0600 or less$/,
  },
  {
    what: "a token belongs to its user",
    plant: "chown grace: /etc/t3-serve/tokens/grace",
    wanted: /^secrets: "\/etc\/t3-serve\/tokens\/grace" is owned by user grace, must be by root$/,
  },
  {
    what: "everybody may look at the tokens",
    plant: "chmod 0755 /etc/t3-serve/tokens",
    wanted: /^secrets: "\/etc\/t3-serve\/tokens" has mode 0755, must be 0700 or less$/,
  },
  {
    what: "what a unit is told may be read by everybody",
    plant: "chmod 0644 /etc/t3-serve/ada.env",
    wanted: /^secrets: "\/etc\/t3-serve\/ada\.env" has mode 0644/,
  },
  {
    what: "a user's copy of the snapshot may be read by the group",
    plant: "chmod 0640 /home/ada/.cache/playwright-shared-storage-state.json",
    wanted: /^secrets: "\/home\/ada\/\.cache\/\S+" has mode 0640, must be 0600 or less$/,
  },
  {
    what: "everybody may write to a home",
    plant: "chmod 0777 /home/edsger",
    wanted: /^secrets: "\/home\/edsger" has mode 0777, must be 0755 or less$/,
    tidy: "chmod 0700 /home/edsger",
  },
  {
    what: "backups of what users wrote may be read by everybody",
    plant: "chmod 0755 /var/backups/t3-state",
    wanted: /^secrets: "\/var\/backups\/t3-state" has mode 0755, must be 0700 or less$/,
  },
  {
    what: "a stranger has the port of an MCP server",
    plant: `systemctl stop playwright-mcp@ada; ${stranger(8931)}`,
    wanted: /^ports: Port 8931 is held by ".*" \(pid \d+, stranger\.service\), must be free for /,
  },
  {
    what: "a stranger has the port of a t3 that is still to come",
    plant: stranger(3773),
    wanted: /^ports: Port 3773 is held by ".*", must be free for t3-serve@ada\.service$/,
  },
  {
    what: "a stranger has the front door",
    plant: `systemctl stop t3-dispatch; ${stranger(3780)}`,
    wanted: /^ports: Port 3780 is held by ".*", must be free for t3-dispatch\.service$/,
  },
  {
    what: "two users were given one port",
    plant: "sed -i s/8932/8931/ /etc/t3-serve/playwright-edsger.env",
    wanted: /^ports: Port 8931 is given to playwright-mcp@ada\.service and playwright-mcp@edsger/,
  },
  {
    what: "an MCP server hangs",
    plant: "systemctl kill --signal=STOP playwright-mcp@grace",
    wanted: /^ports: playwright-mcp@grace\.service listens on port 8933 and answers nobody$/,
  },
  {
    what: "the front door hangs",
    plant: "systemctl kill --signal=STOP t3-dispatch",
    wanted: /^ports: t3-dispatch\.service listens on port 3780 and answers nobody$/,
  },
  {
    what: "a user's port was lost",
    plant: "sed -i /PORT/d /etc/t3-serve/playwright-ada.env",
    wanted: /^drift: ada is not as the roster says, must be: set PLAYWRIGHT_PORT in /,
  },
  {
    what: "a program of Hearth was removed",
    plant: "rm /usr/local/bin/playwright-snapshot-refresh",
    wanted: /^drift: The machine is not .*: write \/usr\/local\/bin\/playwright-snapshot-refresh$/,
  },
  {
    what: "an agent does not know the browser any more",
    plant: "echo '{}' >/home/edsger/.claude.json",
    wanted: /^drift: edsger is not .*: wire claude of edsger to http:\/\/localhost:8932\/mcp$/,
  },
  {
    what: "the map of the front door is broken",
    plant: "echo '{' >/etc/t3-serve/dispatch.json",
    wanted: /^drift: The machine is not .*: replace \/etc\/t3-serve\/dispatch\.json$/,
  },
  {
    what: "an account has ended",
    plant: "chage --expiredate 0 grace",
    wanted: /^drift: account grace has ended, and not by the provisioner$/,
  },
  {
    what: "a unit's file was changed and not read",
    plant: "mkdir -p /etc/systemd/system/t3-dispatch.service.d; " +
      "printf '[Service]\\nNice=1\\n' >/etc/systemd/system/t3-dispatch.service.d/local.conf",
    wanted: /^units: systemd has not read t3-dispatch\.service since it was changed$/,
    tidy: "rm -r /etc/systemd/system/t3-dispatch.service.d; systemctl daemon-reload",
  },
  {
    what: "a unit failed",
    plant: `systemd-run --quiet --unit=playwright-passing false
      until systemctl is-failed --quiet playwright-passing; do sleep 0.1; done`,
    wanted: /./,
  },
  {
    what: "the follower of a user was stopped",
    plant: "systemctl stop playwright-snapshot-follow@grace",
    wanted: /^units: playwright-snapshot-follow@grace\.service is enabled and does not run$/,
  },
  {
    what: "the timer of a user was stopped",
    plant: "systemctl stop playwright-snapshot-refresh@edsger.timer",
    wanted: /^units: playwright-snapshot-refresh@edsger\.timer is enabled and does not run$/,
  },
  {
    what: "the timer of the backups was disabled",
    plant: "systemctl disable --now --quiet t3-backup-state.timer",
    wanted: /^units: t3-backup-state\.timer is disabled, must be enabled$/,
  },
  {
    what: "a user's copy of the snapshot was removed",
    plant: "rm /home/ada/.cache/playwright-shared-storage-state.json",
    wanted: /^snapshot: ada has no copy of the snapshot, and http:\/\/127\.0\.0\.1:8088\S+ has one$/,
  },
  {
    what: "somebody put the brake on the updates",
    plant: "echo 'demo on Friday' >/etc/t3-autoupdate.freeze",
    wanted: /^updates: t3 is not updated: "\/etc\/t3-autoupdate\.freeze" is there \(demo on Friday\)$/,
  },
  {
    what: "the provisioner has been silent",
    plant: "sed -i '/^hearth_provision_last_run_timestamp/s/ .*/ 1700000000/' " +
      "/var/lib/t3-provision/metrics.prom",
    wanted: /^updates: The provisioner ran \d+ hours ago, must every hour$/,
  },
];
