/**
 * What can be wrong with a machine, and what only looks like it: {@linkcode HEALTHY}, broken.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { DriftItem, MachineFacts, SecretFact, SnapshotFact, UnitFact } from "../facts.ts";
import { FRESH, HEALTHY } from "../healthy_facts.ts";

const first = <T>(list: readonly T[] | undefined): T => {
  const [one] = list ?? [];
  assert.ok(one !== undefined);
  return one;
};
/** Its sandbox, changed. */
export const sandbox = (
  part: Partial<MachineFacts["sandbox"]>,
): Pick<MachineFacts, "sandbox"> => ({
  sandbox: { ...HEALTHY.sandbox, ...part },
});
/** Its secret, changed. */
export const secret = (part: Partial<SecretFact>): Pick<MachineFacts, "secrets"> => ({
  secrets: [{ ...first(HEALTHY.secrets), ...part }],
});
const unit = (part: Partial<UnitFact>) => ({ units: [{ ...first(HEALTHY.units), ...part }] });
const answer = (part: Partial<typeof FRESH>): Pick<MachineFacts, "snapshots"> => ({
  snapshots: [{ ...first(HEALTHY.snapshots), answer: { ...FRESH, ...part } } as SnapshotFact],
});
const disk = (part: Partial<MachineFacts["disks"][number]>) => ({
  disks: [{ ...first(HEALTHY.disks), ...part }],
});
/** Something of ada's that has drifted. */
export const drift = (part: Partial<DriftItem>): Pick<MachineFacts, "drift"> => ({
  drift: {
    items: [{
      ...{ scope: "ada", resource: "file /f", result: "pending", summary: "write /f" },
      ...{ fix: undefined, ...part },
    }],
    error: undefined,
  },
});
const program = (version: string | undefined) => ({
  programs: [{ ...first(HEALTHY.programs), version }],
});

/** What is wrong, and the one finding it is to be: `CHECK: TEXT => FIX`. */
export const FAULTS: readonly (readonly [what: string, Partial<MachineFacts>, RegExp])[] = [
  ["a program is missing", program(undefined), /^programs: Node is not installed.* => bring Node$/],
  ["a program is old", program("v18.20.4"), /^programs: Node is 18\.20\.4, must be 22\.16\.0/],
  ["a program says nothing", program("?"), /^programs: Node does not tell its version/],
  [
    "there are no user namespaces",
    sandbox({ maxUserNamespaces: 0 }),
    /^sandbox: user\.max_user_namespaces is 0.* => echo user\.max_user_namespaces=15000 >>\/etc/,
  ],
  [
    "Debian's switch is off",
    sandbox({ unprivilegedClone: 0 }),
    /^sandbox: .* => echo kernel\.unprivileged_userns_clone=1 >>/,
  ],
  [
    "AppArmor restricts user namespaces",
    sandbox({ apparmorRestricts: 1 }),
    /^sandbox: kernel\.apparmor_restrict_unprivileged_userns is 1.* => .*apparmor_parser -r/,
  ],
  [
    "namespaces are refused otherwise",
    sandbox({ canMakeNamespaces: false }),
    /^sandbox: A user who is not root cannot make user namespaces/,
  ],
  [
    "a disk is full",
    disk({ path: "/home", sizeBytes: 65_536, availableBytes: 0 }),
    /^disks: "\/home" has 0 MiB left, must have at least 1 MiB => du /,
  ],
  [
    "what can be had again fills a disk",
    disk({
      availableBytes: 1e9,
      caches: [{ sizeBytes: 5e7, command: "a" }, { sizeBytes: 5e7, command: "b" }],
    }),
    /^disks: "\/" has 953 MiB left, must have at least 1024 MiB => a && b$/,
  ],
  [
    "a disk is read-only",
    disk({ isReadOnly: true }),
    /^disks: "\/" is mounted read-only.* => mount -o remount,rw \/$/,
  ],
  [
    "no file can be made",
    disk({ availableFiles: 0 }),
    /^disks: "\/" can hold 0 more files/,
  ],
  [
    "a token is everybody's",
    secret({ mode: 0o644 }),
    /^secrets: .*tokens\/ada" has mode 0644, must be 0600 or less => chmod 0600 \/etc/,
  ],
  [
    "a token is another's",
    secret({ uid: 1000 }),
    /^secrets: .* is owned by user ada, must be by root => chown --no-dereference root: /,
  ],
  [
    "a user's copy is readable",
    secret({ mode: 0o640, uid: 1000, owner: { name: "ada", uid: 1000 } }),
    /^secrets: .* => runuser -u ada -- chmod 0600 /,
  ],
  [
    "a token is empty",
    secret({ isEmpty: true }),
    /is empty.* => rm -f .* && hearth-provision apply$/,
  ],
  [
    "a stranger holds a port",
    { listeners: [{ port: 8931, uid: 0, pid: 9, command: "nc", unit: undefined }] },
    /^ports: Port 8931 is held by "nc" \(pid 9\), must be free for playwright-mcp@ada\.service => kill 9 && .*systemctl restart/,
  ],
  [
    "another unit holds a port",
    { listeners: [{ port: 8931, uid: 0, pid: 9, command: "nc", unit: "nc.service" }] },
    /^ports: .* \(pid 9, nc\.service\).* => systemctl stop nc\.service && /,
  ],
  [
    "a user has no port",
    { users: [{ user: "ada", uid: 1000, mcpPort: undefined, t3Port: undefined }] },
    /^ports: .* has no PLAYWRIGHT_PORT => hearth-provision apply --user ada$/,
  ],
  [
    "two users have one port",
    { users: [first(HEALTHY.users), { ...first(HEALTHY.users), user: "bob", t3Port: 3774 }] },
    /^ports: Port 8931 is given to playwright-mcp@ada\.service and playwright-mcp@bob\.service/,
  ],
  [
    "a server hangs",
    { silentPorts: [8931] },
    /^ports: playwright-mcp@ada\.service listens on port 8931 and answers nobody => systemctl re/,
  ],
  [
    "a unit runs and does not listen",
    { listeners: [], agents: [] },
    /^ports: .* runs and nobody listens on port 8931/,
  ],
  [
    "a unit failed",
    unit({ active: "failed", result: "exit-code" }),
    /^units: .* has failed \(exit-code\).* systemctl restart playwright-mcp@ada\.service/,
  ],
  [
    "a unit ends again and again",
    unit({ active: "activating", sub: "auto-restart", restarts: 187_000, result: "exit-code" }),
    /^units: .* ends as often as it is started \(187000 times, exit-code\).* => journalctl/,
  ],
  [
    "a unit of the machine is disabled",
    unit({ name: "t3-backup-state.timer", enabled: "disabled", active: "inactive" }),
    /^units: t3-backup-state\.timer is disabled.* => systemctl enable --now t3-backup-state\.timer$/,
  ],
  [
    "a unit is not as it was read",
    unit({ isOutdated: true }),
    /^units: systemd has not read playwright-mcp@ada\.service since .* => systemctl daemon-reload$/,
  ],
  ["updates are off", { frozen: "it is Friday" }, /^updates: .* => hearth-autoupdate unfreeze$/],
  [
    "the provisioner never ran",
    { provisionedMs: undefined },
    /^updates: The provisioner has never run/,
  ],
  [
    "the provisioner is silent",
    { provisionedMs: 1_000_000 - 5 * 3_600_000 },
    /^updates: The provisioner ran 5 hours ago.* => systemctl start t3-provision-users\.service$/,
  ],
  [
    "a unit was stopped",
    unit({ active: "inactive" }),
    /^units: .* is enabled and does not run => systemctl start playwright-mcp@ada\.service$/,
  ],
  [
    "a copy is stale",
    answer({ status: 200, ageMs: 7_200_000 }),
    /^snapshot: The copy of ada is not what .* has had for 120 minutes => systemctl restart /,
  ],
  ["there is no copy", answer({ status: 200, hasCopy: false }), /^snapshot: ada has no copy/],
  [
    "a token is refused",
    answer({ status: 401 }),
    /^snapshot: .* refuses the token of ada.* => deno task .* token check /,
  ],
  ["nothing was harvested", answer({ status: 404 }), /^snapshot: .* has no snapshot yet/],
  ["a server has no token", answer({ status: 503 }), /^snapshot: .* answers 503/],
  ["a login page is before it", answer({ status: 302 }), /^snapshot: .*a login page stands/],
  [
    "the server is gone",
    {
      snapshots: [{
        ...first(HEALTHY.snapshots),
        answer: { kind: "failed", error: "connection refused" },
      }],
    },
    /^snapshot: The snapshot of ada cannot be fetched .*: connection refused => curl /,
  ],
  ["the clock is ahead", answer({ atMs: 1_300_000 }), /^clock: The clock is 300 s ahead of /],
  ["the clock is behind", answer({ atMs: 700_000 }), /^clock: The clock is 300 s behind /],
  [
    "a pipeline of this machine has no snapshot",
    {
      isDevBox: false,
      uid: 1000,
      snapshots: [{
        ...first(HEALTHY.snapshots),
        isPipeline: true,
        answer: { ...FRESH, status: 404 },
      }],
    },
    /^snapshot: .* has no snapshot yet.* => deno task --cwd \/srv\/hearth status$/,
  ],
  [
    "a box of another directory has drifted",
    { ...drift({}), call: { ...HEALTHY.call, config: " --config /srv/box" } },
    /^drift: ada .* => hearth-provision apply --user ada --config \/srv\/box$/,
  ],
  [
    "somebody changed something",
    drift({}),
    /^drift: ada is not as the roster says, must be: write \/f => hearth-provision apply --user ada$/,
  ],
  [
    "somebody changed the machine",
    drift({ scope: "the machine" }),
    /^drift: The machine is not as the roster says.* => hearth-provision host$/,
  ],
  [
    "something is in the way",
    drift({ result: "error", summary: "it is a file", fix: "chown --recursive ada: /home/ada" }),
    /^drift: it is a file => chown --recursive ada: \/home\/ada$/,
  ],
  [
    "a person must say what is to be",
    drift({ result: "error", summary: "it has a number", fix: "move it away: mv /f /f.own" }),
    /^drift: it has a number; move it away: mv .* => mv \/f \/f\.own$/,
  ],
  [
    "a file with a port has drifted",
    {
      users: [{ ...first(HEALTHY.users), mcpPort: undefined }],
      ...drift({ resource: "file /etc/t3-serve/playwright-ada.env" }),
    },
    /^drift: ada /,
  ],
  [
    "the roster cannot be read",
    { drift: { items: [], error: "Cannot read roster" } },
    /^drift: The machine cannot be compared with its roster: Cannot read roster/,
  ],
];

/** What could be taken for a fault. */
export const FINE: readonly (readonly [what: string, Partial<MachineFacts>])[] = [
  ["AppArmor has a profile", sandbox({ apparmorRestricts: 1, hasProfile: true })],
  ["a new snapshot is on its way", answer({ status: 200, ageMs: 2_000 })],
  ["t3 is not installed yet", unit({ active: "inactive", isConditionMet: false })],
  ["a user is parked", unit({ active: "inactive", enabled: "disabled" })],
  [
    "a secret cannot be asked for, and is there",
    drift({
      result: "warning",
      summary: "the token of ada cannot be had: x; the one that is there stays",
    }),
  ],
];
