/**
 * A dev box as people set one up before there was a roster: everything copied there by hand.
 *
 * @module
 */
import { eventually } from "../../support/eventually.ts";
import { type Box, MOUNTED } from "./box.ts";

/** Who uses it, and the port of the server that each runs; not as a roster would give them. */
const MCP_PORTS = { ada: 8933, bob: 8931, grace: 8932 } as const;
const USERS = Object.keys(MCP_PORTS) as (keyof typeof MCP_PORTS)[];

/** Every hour or every night, elsewhere: what their scripts do is nothing to happen in a test. */
const LATER = "2100-01-01";

/** The token that everybody has. */
export const TOKEN = "one-token-for-all-of-them";

const FILES: Readonly<Record<string, string>> = {
  "/etc/t3-serve/ada.env": "T3_PORT=3773\nNODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt\n",
  "/etc/t3-serve/bob.env": "T3_PORT=3775\n",
  "/etc/t3-serve/grace.env": "T3_PORT=3774\n",
  "/etc/t3-serve/dispatch.json": JSON.stringify({
    "ada": { os_user: "ada", port: 3773 },
    "bob": { os_user: "bob", port: 3775 },
    "grace.hopper": { os_user: "grace", port: 3774 },
  }),
  "/etc/ttyd-user-map": "ada=ada\nbob=bob\ngrace.hopper=grace\n",
  "/etc/systemd/system/t3-serve@.service": `[Service]
User=%i
EnvironmentFile=/etc/t3-serve/%i.env
ExecStart=/usr/bin/t3 serve --port \${T3_PORT}
Restart=always
[Install]
WantedBy=multi-user.target
`,
  "/etc/systemd/system/t3-dispatch.service": `[Service]
User=t3-dispatch
ExecStart=/usr/local/bin/t3-dispatch 3780
Restart=always
[Install]
WantedBy=multi-user.target
`,
  "/etc/systemd/system/t3-provision-users.service":
    "[Service]\nType=oneshot\nExecStart=/usr/local/bin/t3-provision-users\n",
  "/etc/systemd/system/t3-provision-users.timer":
    `[Timer]\nOnCalendar=${LATER}\nPersistent=true\n[Install]\nWantedBy=timers.target\n`,
  "/etc/systemd/system/t3-autoupdate.service":
    "[Service]\nType=oneshot\nExecStart=/usr/local/bin/t3-autoupdate\n",
  "/etc/systemd/system/t3-autoupdate.timer":
    `[Timer]\nOnCalendar=${LATER}\n[Install]\nWantedBy=timers.target\n`,
  "/etc/sudoers.d/t3-autopair": "t3-dispatch ALL=(root) NOPASSWD: /usr/local/bin/t3-mint\n",
};

/** A server that answers everybody; its last argument is the port. */
const SERVER = `#!/bin/sh
for port; do :; done
exec ${MOUNTED}/bin/deno eval --no-config -q \\
  'Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.args[0]) }, () => new Response("here"))' -- "$port"
`;

const PROGRAMS: Readonly<Record<string, string>> = {
  "/usr/bin/t3": SERVER,
  "/usr/bin/playwright-mcp": SERVER,
  "/usr/local/bin/t3-dispatch": SERVER,
  "/usr/local/bin/t3-mint": "#!/bin/bash\nexec t3 auth pairing create --json\n",
  "/usr/local/bin/t3-provision-users": "#!/bin/bash\nuseradd -m mallory\n",
  "/usr/local/bin/t3-autoupdate": "#!/bin/bash\nnpm install -g t3@nightly\n",
};

/** Sets it up; the servers run when it resolves. grace is called otherwise at the identity provider. */
export async function setUpByHand(box: Box, snapshotUrl: string): Promise<void> {
  await box.sh("useradd --system t3-dispatch");
  for (const user of USERS) await box.sh(`useradd -m -s /bin/bash ${user}`);
  await box.sh("usermod -aG sudo ada");
  for (const [path, text] of Object.entries(FILES)) await box.write(path, text);
  for (const [path, text] of Object.entries(PROGRAMS)) await box.write(path, text, { mode: 0o755 });
  await box.write("/usr/local/bin/playwright-snapshot-refresh", refreshScript(snapshotUrl), {
    mode: 0o755,
  });
  await box.write("/etc/t3-serve/chrome-service-token", `${TOKEN}\n`, { mode: 0o600 });
  for (const user of USERS) await setUpHome(box, user, MCP_PORTS[user]);
  await box.sh(
    "systemctl daemon-reload; " +
      "systemctl enable --now t3-dispatch t3-provision-users.timer t3-autoupdate.timer " +
      USERS.map((user) => `t3-serve@${user}`).join(" "),
  );
  for (const port of [3780, 3773, 3774, 3775, 8931, 8932, 8933]) {
    await eventually(
      `port ${port} answering`,
      () => box.sh(`bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}'`),
    );
  }
}

/** The servers that people use, by unit. */
export async function processesOf(
  box: Box,
): Promise<Readonly<Record<string, string | undefined>>> {
  const units = ["t3-dispatch.service", ...USERS.map((user) => `t3-serve@${user}.service`)];
  return Object.fromEntries(
    await Promise.all(units.map(async (unit) => [unit, (await box.unit(unit)).MainPID] as const)),
  );
}

/** A server, a timer and a token of the user's own. */
async function setUpHome(box: Box, user: string, port: number): Promise<void> {
  const units = `/home/${user}/.config/systemd/user`;
  const owner = `${user}:${user}`;
  await box.sh(`install -d ${units} ~/.config/playwright ~/.cache`, { user });
  const files = {
    "playwright-mcp.service":
      `[Service]\nExecStart=/usr/bin/playwright-mcp --isolated --port ${port}\nRestart=always\n[Install]\nWantedBy=default.target\n`,
    "playwright-snapshot-refresh.service":
      "[Service]\nType=oneshot\nExecStart=/usr/local/bin/playwright-snapshot-refresh\n",
    "playwright-snapshot-refresh.timer":
      `[Timer]\nOnCalendar=${LATER}\n[Install]\nWantedBy=timers.target\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    await box.write(`${units}/${name}`, text, { owner });
  }
  await box.write(`/home/${user}/.config/playwright/token`, `${TOKEN}\n`, { mode: 0o600, owner });
  const uid = (await box.sh(`id -u ${user}`)).trim();
  await box.sh(`mkdir -p /var/lib/systemd/linger; touch /var/lib/systemd/linger/${user}`);
  await box.sh(`systemctl start user@${uid}.service`);
  await box.sh(
    "systemctl --user daemon-reload; " +
      "systemctl --user enable --now playwright-mcp.service playwright-snapshot-refresh.timer",
    { user, env: { XDG_RUNTIME_DIR: `/run/user/${uid}` } },
  );
}

const refreshScript = (url: string) =>
  `#!/bin/bash
set -euo pipefail
curl -fsSL -H "Authorization: Bearer $(cat ~/.config/playwright/token)" ${url} \\
  -o ~/.cache/playwright-shared-storage-state.json.tmp
mv ~/.cache/playwright-shared-storage-state.json.tmp ~/.cache/playwright-shared-storage-state.json
`;
