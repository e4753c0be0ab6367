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
  /**
   * Which faults it is planted with: those of a round are independent, and no command of a round
   * mends another's fault, so that what is well after it was mended by its own command.
   */
  readonly round: number;
  /** Makes it so, in a box of ada, grace and edsger. */
  readonly plant: string;
  /** What the doctor says: `CHECK: TEXT`, once. */
  readonly wanted: RegExp;
  /** Takes away what only the plant needed, once the doctor's command has run. */
  readonly tidy?: string;
}

/** A unit that is nobody's and listens on a port. */
const stranger = (port: number) =>
  `systemd-run --quiet --collect --unit=stranger-${port} ${MOUNTED}/bin/deno eval \
    'Deno.listen({ hostname: "127.0.0.1", port: ${port} }); setInterval(() => {}, 1e6)'
  until bash -c '</dev/tcp/127.0.0.1/${port}' 2>/dev/null; do sleep 0.1; done`;

/** The faults; nothing else is wrong in the box. */
export const BOX_FAULTS: readonly BoxFault[] = [
  {
    what: "a link to Node leads nowhere",
    round: 1,
    plant: "ln -sfn 1.2.3 /opt/hearth/node/current",
    wanted: /^programs: Node is not installed, must be 22\.16\.0 or newer$/,
  },
  {
    what: "the kernel allows no user namespaces",
    round: 1,
    // The setting is the whole machine's: a file stands for it.
    plant: "echo 0 >/run/none; mount --bind /run/none /proc/sys/user/max_user_namespaces",
    wanted: /^sandbox: user\.max_user_namespaces is 0, must be more/,
    tidy: "umount /proc/sys/user/max_user_namespaces; rm /etc/sysctl.d/60-hearth.conf",
  },
  {
    what: "archives of packages fill a disk",
    round: 1,
    plant: `mount -t tmpfs -o size=2m tmpfs /var/cache; mkdir -p /var/cache/apt/archives/partial
      head -c 1900k /dev/zero >/var/cache/apt/archives/large_1_all.deb`,
    wanted: /^disks: "\/var\/cache" has 0 MiB left, must have at least 1 MiB$/,
    tidy: "umount --lazy /var/cache",
  },
  {
    what: "a disk was mounted read-only after an error",
    round: 4,
    plant: "mount --bind /opt /opt; mount -o remount,bind,ro /opt",
    wanted: /^disks: "\/opt" is mounted read-only, must be written to$/,
    tidy: "umount --lazy /opt",
  },
  {
    what: "a token may be read by everybody",
    round: 4,
    plant: "chmod 0644 /etc/t3-serve/tokens/grace",
    wanted: /^secrets: "\/etc\/t3-serve\/tokens\/grace" has mode 0644, must be 0600 or less$/,
  },
  {
    what: "a token belongs to its user",
    round: 5,
    plant: "chown grace: /etc/t3-serve/tokens/grace",
    wanted: /^secrets: "\/etc\/t3-serve\/tokens\/grace" is owned by user grace, must be by root$/,
  },
  {
    what: "everybody may look at the tokens",
    round: 4,
    plant: "chmod 0755 /etc/t3-serve/tokens",
    wanted: /^secrets: "\/etc\/t3-serve\/tokens" has mode 0755, must be 0700 or less$/,
  },
  {
    what: "what a unit is told may be read by everybody",
    round: 4,
    plant: "chmod 0644 /etc/t3-serve/ada.env",
    wanted: /^secrets: "\/etc\/t3-serve\/ada\.env" has mode 0644/,
  },
  {
    what: "a user's key to a cluster may be read by everybody",
    round: 1,
    plant: `runuser -u ada -- sh -c 'mkdir -p ~/.kube; echo "kind: Config" >~/.kube/config
      chmod 0644 ~/.kube/config'`,
    wanted: /^secrets: "\/home\/ada\/\.kube\/config" has mode 0644, must be 0600 or less$/,
  },
  {
    what: "everybody may write to a home",
    round: 2,
    plant: "chmod 0777 /home/edsger",
    wanted: /^secrets: "\/home\/edsger" has mode 0777, must be 0755 or less$/,
    tidy: "chmod 0700 /home/edsger",
  },
  {
    what: "backups of what users wrote may be read by everybody",
    round: 4,
    plant: "chmod 0755 /var/backups/t3-state",
    wanted: /^secrets: "\/var\/backups\/t3-state" has mode 0755, must be 0700 or less$/,
  },
  {
    what: "a stranger has the port of an MCP server",
    round: 4,
    plant: `systemctl stop playwright-mcp@ada; ${stranger(8931)}`,
    wanted:
      /^ports: Port 8931 is held by ".*" \(pid \d+, stranger-8931\.service\), must be free for /,
  },
  {
    what: "a stranger has the port of a t3 that is still to come",
    round: 4,
    plant: stranger(3773),
    wanted:
      /^ports: Port 3773 is held by ".*" \(pid \d+, stranger-3773\.service\), must be free for t3-serve@ada\.service$/,
  },
  {
    what: "a stranger has the front door",
    round: 4,
    plant: `systemctl stop t3-dispatch; ${stranger(3780)}`,
    wanted:
      /^ports: Port 3780 is held by ".*" \(pid \d+, stranger-3780\.service\), must be free for t3-dispatch\.service$/,
  },
  {
    what: "two users were given one port",
    round: 6,
    plant: "sed -i s/8932/8931/ /etc/t3-serve/playwright-edsger.env",
    wanted: /^ports: Port 8931 is given to playwright-mcp@ada\.service and playwright-mcp@edsger/,
  },
  {
    what: "an MCP server hangs",
    round: 4,
    plant: "systemctl kill --signal=STOP playwright-mcp@grace",
    wanted: /^ports: playwright-mcp@grace\.service listens on port 8933 and answers nobody$/,
  },
  {
    what: "the front door hangs",
    round: 2,
    plant: "systemctl kill --signal=STOP t3-dispatch",
    wanted: /^ports: t3-dispatch\.service listens on port 3780 and answers nobody$/,
  },
  {
    what: "a user's port was lost",
    round: 5,
    plant: "sed -i /PORT/d /etc/t3-serve/playwright-ada.env",
    wanted: /^drift: ada is not as the roster says, must be: set PLAYWRIGHT_PORT in /,
  },
  {
    what: "a program of Hearth was removed",
    round: 2,
    plant: "rm /usr/local/bin/playwright-snapshot-refresh",
    wanted: /^drift: The machine is not .*: write \/usr\/local\/bin\/playwright-snapshot-refresh$/,
  },
  {
    what: "an agent does not know the browser any more",
    round: 5,
    plant: "echo '{}' >/home/edsger/.claude.json",
    wanted: /^drift: edsger is not .*: wire claude of edsger to http:\/\/localhost:8932\/mcp$/,
  },
  {
    what: "the map of the front door is broken",
    round: 3,
    plant: "echo '{' >/etc/t3-serve/dispatch.json",
    wanted: /^drift: The machine is not .*: put back \/etc\/t3-serve\/dispatch\.json$/,
  },
  {
    what: "an account has ended",
    round: 4,
    plant: "chage --expiredate 1 grace",
    wanted: /^drift: account grace has ended, and not by the provisioner$/,
  },
  {
    what: "a unit's file was changed and not read",
    round: 6,
    plant: `cd /etc/systemd/system; mkdir t3-dispatch.service.d
      echo '[Service]' >t3-dispatch.service.d/local.conf; systemctl daemon-reload
      touch -d '+1 minute' t3-dispatch.service.d/local.conf`,
    wanted: /^units: systemd has not read t3-dispatch\.service since it was changed$/,
    tidy: "rm -r /etc/systemd/system/t3-dispatch.service.d; systemctl daemon-reload",
  },
  {
    what: "a unit failed",
    round: 4,
    plant: `mkdir -p /run/systemd/system/playwright-snapshot-refresh@edsger.service.d
      cd /run/systemd/system/playwright-snapshot-refresh@edsger.service.d
      printf '[Service]\\nExecStartPre=/bin/false\\n' >fault.conf; systemctl daemon-reload
      systemctl start playwright-snapshot-refresh@edsger && exit 1
      rm fault.conf; systemctl daemon-reload`,
    wanted:
      /^units: playwright-snapshot-refresh@edsger\.service has failed \(exit-code\), must run$/,
  },
  {
    what: "the follower of a user was stopped",
    round: 4,
    plant: "systemctl stop playwright-snapshot-follow@grace",
    wanted: /^units: playwright-snapshot-follow@grace\.service is enabled and does not run$/,
  },
  {
    what: "the timer of a user was stopped",
    round: 4,
    plant: "systemctl stop playwright-snapshot-refresh@edsger.timer",
    wanted: /^units: playwright-snapshot-refresh@edsger\.timer is enabled and does not run$/,
  },
  {
    what: "the timer of the backups was disabled",
    round: 4,
    plant: "systemctl disable --now --quiet t3-backup-state.timer",
    wanted: /^units: t3-backup-state\.timer is disabled, must be enabled$/,
  },
  {
    what: "a follower hangs, and the copy is gone",
    round: 3,
    plant: `systemctl kill --signal=STOP playwright-snapshot-follow@ada
      rm /home/ada/.cache/playwright-shared-storage-state.json`,
    wanted:
      /^snapshot: ada has no copy of the snapshot, and http:\/\/127\.0\.0\.1:8088\S+ has one$/,
  },
  {
    what: "somebody put the brake on the updates",
    round: 2,
    plant: "echo 'demo on Friday' >/etc/t3-autoupdate.freeze",
    wanted:
      /^updates: t3 is not updated: "\/etc\/t3-autoupdate\.freeze" is there \(demo on Friday\)$/,
  },
  {
    what: "the provisioner has been silent",
    round: 4,
    plant: "sed -i '/^hearth_provision_last_run_timestamp/s/ .*/ 1700000000/' " +
      "/var/lib/t3-provision/metrics.prom",
    wanted: /^updates: The provisioner ran \d+ hours ago, must every hour$/,
  },
];
