/**
 * How long the provisioner takes on a booted box, beside Ansible from Debian.
 *
 * Each user has an account, two env files, tokens, four units and an agent that is wired. The servers
 * themselves are replaced by `sleep`, since 500 MCP servers need 30 GB; that leaves the work of the
 * provisioner as it is. Ansible is given less to do (`user`, three `copy`, four `systemd` a user) with
 * a local connection, pipelining and no facts, which is as fast as it gets.
 *
 * @module
 */
import { bootBox, type Box, MOUNTED } from "../tests/devbox/support/box.ts";
import { holdLayer } from "../tests/devbox/support/layer.ts";
import { type BenchReport, type Figures, figures } from "./report.ts";

const MANY = 500;
const FEW = 50;
const PLAN_AIM_MS = 1_500;
const AIM_TIMES_ANSIBLE = 20;

const SETTINGS = `
snapshot:
  url: https://chrome.example.com/api/snapshot
claude_installer: null
host:
  kubelogin: null
`;

/**
 * A server that is there and does nothing, in no mount namespace of its own: the thousandth of them
 * would take a second to start.
 */
const SLEEP = `[Service]
LoadCredential=
InaccessiblePaths=
ReadWritePaths=
BindPaths=
BindReadOnlyPaths=
TemporaryFileSystem=
PrivateDevices=no
PrivateIPC=no
PrivateMounts=no
PrivateTmp=no
PrivateUsers=no
ProtectControlGroups=no
ProtectHome=no
ProtectHostname=no
ProtectKernelLogs=no
ProtectKernelModules=no
ProtectKernelTunables=no
ProtectProc=default
ProtectSystem=no
ExecStartPre=
ExecStart=
ExecStart=/bin/sleep infinity
`;

/** An hourly timer that does not fire 500 times while others are measured. */
const NEVER = `[Timer]
OnBootSec=
OnCalendar=
OnCalendar=2199-01-01
`;

/** Measures. Needs root, and some minutes to set up. */
export async function measure(): Promise<BenchReport> {
  await using layer = await holdLayer({
    name: "bench-provision",
    inputs: [SETTINGS],
    boot: { network: "private", hasWorld: true },
    async install(box) {
      await box.write("/etc/hearth/roster.yaml", "users: {}\n");
      await box.write("/etc/hearth/provision.yaml", SETTINGS);
      await provision(box, ["host"]);
      await box.sh("apt-get install -y --no-install-recommends ansible-core python3-minimal", {
        env: { DEBIAN_FRONTEND: "noninteractive" },
        deadlineMs: 900_000,
      });
    },
  });
  await using box = await bootBox({ on: layer, network: "private" });
  for (const unit of ["playwright-mcp@", "playwright-snapshot-follow@"]) {
    await box.write(`/etc/systemd/system/${unit}.service.d/sleep.conf`, SLEEP);
  }
  const refresh = SLEEP.replace("/bin/sleep infinity", "/bin/true");
  await box.write("/etc/systemd/system/playwright-snapshot-refresh@.service.d/sleep.conf", refresh);
  await box.write("/etc/systemd/system/playwright-snapshot-refresh@.timer.d/never.conf", NEVER);
  await box.sh("systemctl daemon-reload");

  const few = await applyUsers(box, FEW);
  await wire(box, FEW);
  await provision(box, ["apply"]);
  const [fewPlan, ansible] = await sideBySide(box);
  await writeRoster(box, MANY);
  await populate(box, FEW, MANY);
  await wire(box, MANY);
  await provision(box, ["apply"]);
  const manyPlan = await timed(7, () => provision(box, ["plan"]));
  const manyApply = await timed(3, () => provision(box, ["apply"]));

  const p50 = manyPlan.p50 ?? NaN;
  const times = (ansible.p50 ?? NaN) / (fewPlan.p50 ?? NaN);
  return {
    name: "provision",
    unit: "ms",
    cases: {
      [`plan, nothing to do, ${MANY} users`]: manyPlan,
      [`apply, nothing to do, ${MANY} users`]: manyApply,
      [`plan, nothing to do, ${FEW} users`]: fewPlan,
      [`Ansible, nothing to do, ${FEW} users`]: ansible,
      [`apply, ${FEW} new users`]: figures([few]),
    },
    ratios: { "Ansible/plan": times },
    notes: [
      `Aim: plan with nothing to do for ${MANY} users under ${PLAN_AIM_MS} ms: ${
        p50 < PLAN_AIM_MS ? "reached" : "missed"
      }, p50 is ${Math.round(p50)} ms`,
      `Aim: ${AIM_TIMES_ANSIBLE} x Ansible: ${
        times >= AIM_TIMES_ANSIBLE ? "reached" : "missed"
      }, ` +
      `${times.toFixed(1)} x with ${FEW} users`,
      "derive for 100,000 users is in bench/roster.ts",
    ],
  };
}

/** Plan and Ansible in turn, so that whatever else the machine does meets both. */
async function sideBySide(box: Box): Promise<readonly [Figures, Figures]> {
  await box.write("/root/site.yaml", playbook(FEW));
  const ansible = () => box.sh("cd /root && ansible-playbook -i localhost, site.yaml", ANSIBLE);
  const recap = await ansible();
  if (!/changed=0\b/.test(await ansible())) throw new Error(`Ansible changes things: ${recap}`);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let run = 0; run < 3; run++) {
    ours.push(await time(() => provision(box, ["plan"])));
    theirs.push(await time(ansible));
  }
  return [figures(ours), figures(theirs)];
}

const ANSIBLE = {
  env: { ANSIBLE_PIPELINING: "1", ANSIBLE_FORKS: "4", LC_ALL: "C.UTF-8" },
  deadlineMs: 1_800_000,
};

/** What the provisioner has done already, as tasks. */
function playbook(count: number): string {
  const copy = (path: string) =>
    `    - copy: {dest: "${path}", remote_src: true, src: "${path}", mode: "0600"}
      loop: "{{ users }}"`;
  const units = [
    "t3-serve@{{ item }}.service",
    "playwright-mcp@{{ item }}.service",
    "playwright-snapshot-follow@{{ item }}.service",
    "playwright-snapshot-refresh@{{ item }}.timer",
  ];
  return `- hosts: localhost
  connection: local
  gather_facts: false
  vars: {users: [${names(count).join(", ")}]}
  tasks:
    - user: {name: "{{ item }}", shell: /bin/zsh}
      loop: "{{ users }}"
${
    ["{{ item }}.env", "playwright-{{ item }}.env", "tokens/{{ item }}"]
      .map((name) => copy(`/etc/t3-serve/${name}`)).join("\n")
  }
${
    units.map((unit) =>
      `    - systemd: {name: "${unit}", enabled: true}
      loop: "{{ users }}"`
    ).join("\n")
  }
`;
}

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `user${at}`);
}

async function applyUsers(box: Box, count: number): Promise<number> {
  await writeRoster(box, count);
  return await time(() => provision(box, ["apply"]));
}

/**
 * Users as `apply` leaves them, but all at once: one after the other they take a second each, most
 * of it in useradd, systemctl and the disk.
 */
async function populate(box: Box, from: number, to: number): Promise<void> {
  await runInBox(box, "roster", [
    ...["ports", "/etc/hearth/roster.yaml", "--ports", "/etc/hearth/ports.json"],
    ...["--playwright-ports", "/etc/hearth/playwright_ports.json", "--apply"],
  ]);
  await box.sh(
    `
    cd /etc/hearth
    port() { sed -n "s/.*\"$1\": *\\([0-9]*\\).*/\\1/p" "$2"; }
    for at in $(seq ${from} ${to - 1}); do
      name=user$at id=$((20000 + at)) home=/home/user$at token=token-of-user$at-0123456789
      echo "$name:x:$id:$id::$home:/bin/bash" >>/etc/passwd
      echo "$name:!:20000:0:99999:7:::" >>/etc/shadow
      echo "$name:x:$id:" >>/etc/group
      echo "$name:!::" >>/etc/gshadow
      mkdir -p $home/.config/playwright
      echo $token >/etc/t3-serve/tokens/$name
      echo $token >$home/.config/playwright/token
      echo "T3_PORT=$(port $name ports.json)" >/etc/t3-serve/$name.env
      echo "PLAYWRIGHT_PORT=$(port $name playwright_ports.json)" >/etc/t3-serve/playwright-$name.env
      chmod 600 /etc/t3-serve/*$name.env /etc/t3-serve/tokens/$name $home/.config/playwright/token
      chown -R $id:$id $home && chmod 700 $home $home/.config $home/.config/playwright
      echo "playwright-mcp@$name.service playwright-snapshot-follow@$name.service" \\
        "playwright-snapshot-refresh@$name.timer t3-serve@$name.service" >>/root/units
    done
    xargs systemctl enable --no-reload --quiet </root/units
    systemctl daemon-reload
    xargs -n 20 systemctl start </root/units`,
    { deadlineMs: 600_000 },
  );
}

async function writeRoster(box: Box, count: number): Promise<void> {
  const rows = names(count).map((name) =>
    `  ${name}: {authentik_user: ${name}, k8s_user: ${name}, tier: power-user, ` +
    `browser: {sites: [example.com]}}\n`
  );
  await box.write("/etc/hearth/roster.yaml", `users:\n${rows.join("")}`);
}

/** What `claude mcp add` leaves behind, for users who have no \`claude\` here. */
async function wire(box: Box, count: number): Promise<void> {
  const ports = JSON.parse(await box.read("/etc/hearth/playwright_ports.json"));
  const script = names(count).map((name) => {
    const entry = { type: "http", url: `http://localhost:${ports[name]}/mcp` };
    const text = JSON.stringify({ mcpServers: { playwright: entry } });
    return `echo '${text}' >/home/${name}/.claude.json
      chown ${name}: /home/${name}/.claude.json`;
  });
  await box.write("/root/wire.sh", script.join("\n"));
  await box.sh("sh /root/wire.sh", { deadlineMs: 300_000 });
}

function provision(box: Box, args: readonly string[]): Promise<void> {
  return runInBox(box, "provision", args);
}

async function runInBox(box: Box, program: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await box.run([
    ...[`${MOUNTED}/bin/deno`, "run", "-q", "--no-prompt", "--cached-only", `-P=${program}`],
    `${MOUNTED}/source/${program}.ts`,
    ...args,
  ], { env: { DENO_DIR: `${MOUNTED}/deno_dir` }, deadlineMs: 1_800_000 });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} exits ${code}: ${stdout}${stderr}`);
}

async function timed(runs: number, work: () => Promise<void>): Promise<Figures> {
  const values: number[] = [];
  for (let run = 0; run < runs; run++) values.push(await time(work));
  return figures(values);
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
