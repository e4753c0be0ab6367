/**
 * What a user had before and gets now, on a booted box: their own units retired by their own manager,
 * Claude installed and wired by one run.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { bootBox, type Box, MOUNTED } from "./support/box.ts";
import type { RunningBoxCommand } from "./support/box_command.ts";
import { claudeBind, holdClaude, startClaudeInstaller } from "./support/claude.ts";
import { holdPackagesLayer } from "./support/packages_layer.ts";

const DENO = `${MOUNTED}/bin/deno`;
const UNITS = ".config/systemd/user";
const SERVER = "playwright-mcp.service";
const TIMER = "playwright-snapshot-refresh.timer";
const TASK = "playwright-snapshot-refresh.service";
const RETIRED = ".superseded-by-system-unit";

const CONFIG = "/home/ada/.claude.json";
const PORTS = "/etc/hearth/playwright_ports.json";

/** A server that answers everybody, as its unit runs it. */
const SERVE = `${DENO} run -A /srv/serve.ts --port`;

interface Said {
  readonly scope: string;
  readonly resource: string;
  readonly result: string;
  readonly summary?: string;
  readonly error?: string;
}

/** A box with these users, whose home is all there is to do something about. */
async function setUp(box: Box, users: readonly string[], settings: string): Promise<void> {
  await box.write(
    "/srv/serve.ts",
    "Deno.serve({ port: Number(Deno.args[1]), hostname: '127.0.0.1' }, () => new Response('here'));",
  );
  for (const user of users) await box.sh(`useradd -m -K HOME_MODE=0700 -s /bin/bash ${user}`);
  // As much of a machine as users need: a server that nobody looks into here.
  await box.sh("install -d /etc/t3-serve");
  await box.write(
    "/etc/systemd/system/playwright-mcp@.service",
    `[Service]\nUser=%i\nEnvironmentFile=/etc/t3-serve/playwright-%i.env\n` +
      `ExecStart=${SERVE} $PLAYWRIGHT_PORT\n[Install]\nWantedBy=multi-user.target\n`,
  );
  const rows = users.map((user) =>
    `  ${user}: { authentik_user: ${user}, k8s_user: ${user}, tier: power-user }\n`
  );
  await box.write("/etc/hearth/roster.yaml", `users:\n${rows.join("")}`);
  await box.write("/etc/hearth/provision.yaml", settings);
}

/** Applies to one user; what was said of the resources of this kind. */
async function apply(box: Box, user: string, about: RegExp): Promise<readonly Said[]> {
  const { stdout, stderr } = await startApply(box, user).result;
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const said = events.filter(({ scope }) => scope === user);
  assert.ok(said.length > 0, stdout + stderr);
  return said.filter(({ resource }) => about.test(resource));
}

function startApply(box: Box, user: string): RunningBoxCommand {
  return box.start([
    ...[DENO, "run", "-q", "--no-prompt", "--cached-only", "--frozen", "-P=provision"],
    ...[`${MOUNTED}/source/provision.ts`, "apply", "--json", "--verbose", "--user", user],
  ], { env: { DENO_DIR: `${MOUNTED}/deno_dir` } });
}

const LEGACY = /^legacy/;

async function lingers(box: Box, user: string): Promise<(script: string) => Promise<string>> {
  const uid = (await box.sh(`id -u ${user}`)).trim();
  await box.sh(`mkdir -p /var/lib/systemd/linger; touch /var/lib/systemd/linger/${user}`);
  await box.sh(`systemctl start user@${uid}.service`);
  return (script) => box.sh(script, { user, env: { XDG_RUNTIME_DIR: `/run/user/${uid}` } });
}

/** Lays out what a user made by hand. */
async function layOut(box: Box, user: string, port: number): Promise<void> {
  const directory = `/home/${user}/${UNITS}`;
  await box.sh(`install -d ${directory}`, { user });
  const files = {
    [SERVER]: `[Service]
ExecStart=${SERVE} ${port}
Restart=always
RestartSec=100ms
StartLimitIntervalSec=0
[Install]
WantedBy=default.target
`,
    [TIMER]: "[Timer]\nOnCalendar=hourly\n[Install]\nWantedBy=timers.target\n",
    [TASK]: "[Service]\nType=oneshot\nExecStart=/bin/true\n",
  };
  for (const [name, text] of Object.entries(files)) {
    await box.write(`${directory}/${name}`, text, { owner: `${user}:${user}` });
  }
}

function names(box: Box, user: string): Promise<string> {
  return box.sh(`cd /home/${user}/${UNITS}; find . -mindepth 1 -not -type d | sort`);
}

const ALL_RETIRED = [SERVER, TASK, TIMER].map((name) => `./${name}${RETIRED}\n`).join("");

async function isHere(box: Box, port: number): Promise<void> {
  await eventually("The server answering", async () => {
    const { stdout } = await box.run([
      ...[DENO, "eval", `console.log(await (await fetch("http://127.0.0.1:${port}")).text())`],
    ]);
    return stdout === "here\n";
  });
}

/** Connects to a server, until it is killed. */
function connect(box: Box, port: number, onConnected: () => void): RunningBoxCommand {
  const script = `const connection = await Deno.connect({ port: ${port} });
    console.log("connected");
    await connection.read(new Uint8Array(1));`;
  return box.start([DENO, "eval", script], { onLine: onConnected });
}

Deno.test("a user's own units are retired once nobody is connected to their server", async (t) => {
  await using box = await bootBox({ network: "private" });
  await setUp(box, ["ada", "bob", "grace"], "claude_installer: null\n");

  await t.step("not while somebody is", async () => {
    const asAda = await lingers(box, "ada");
    await layOut(box, "ada", 8931);
    await asAda(`systemctl --user daemon-reload; systemctl --user enable --now ${SERVER} ${TIMER}`);
    await isHere(box, 8931);
    const pid = await asAda(`systemctl --user show -P MainPID ${SERVER}`);
    const held = Promise.withResolvers<void>();
    const client = connect(box, 8931, held.resolve);
    await held.promise;

    const said = await apply(box, "ada", LEGACY);

    assert.deepEqual(said.map(({ resource, result }) => [resource, result]), [
      [`legacy ${SERVER}`, "skipped"],
      ["legacy units", "changed"],
    ]);
    assert.match(said[0]?.summary ?? "", /port 8931 has established connections \(1\)/);
    assert.equal(await asAda(`systemctl --user show -P MainPID ${SERVER}`), pid);
    assert.equal(
      await names(box, "ada"),
      `./default.target.wants/${SERVER}\n./${SERVER}\n./${TASK}${RETIRED}\n./${TIMER}${RETIRED}\n`,
    );
    client.kill("SIGKILL");
    await client.result;
  });

  await t.step("then stopped, disabled and put aside, and their port is free", async () => {
    const asAda = await lingers(box, "ada");

    const said = await apply(box, "ada", /^legacy|^port 8931/);

    assert.deepEqual(said.map(({ resource, result }) => [resource, result]), [
      ["legacy units", "changed"],
      ["port 8931", "ok"],
    ]);
    assert.equal(await names(box, "ada"), ALL_RETIRED);
    assert.equal(await asAda("systemctl --user list-units --all 'playwright-*' --no-legend"), "");
    assert.equal(await box.sh(`stat -c %U /home/ada/${UNITS}/*${RETIRED} | sort -u`), "ada\n");
    assert.deepEqual(await apply(box, "ada", LEGACY), []);
  });

  await t.step("also one that fights for the port of ours, which is busy", async () => {
    const asGrace = await lingers(box, "grace");
    await apply(box, "grace", LEGACY);
    await isHere(box, 8933);
    await layOut(box, "grace", 8933);
    await asGrace(`systemctl --user daemon-reload; systemctl --user enable --now ${SERVER}`);
    await eventually(
      "The crash loop",
      async () => Number(await asGrace(`systemctl --user show -P NRestarts ${SERVER}`)) > 1,
    );
    const { MainPID } = await box.unit("playwright-mcp@grace.service");
    const held = Promise.withResolvers<void>();
    const client = connect(box, 8933, held.resolve);
    await held.promise;

    const said = await apply(box, "grace", LEGACY);

    assert.deepEqual(said.map(({ result, error }) => [result, error]), [["changed", undefined]]);
    assert.equal(await names(box, "grace"), ALL_RETIRED);
    assert.equal(await asGrace(`systemctl --user show -P LoadState ${SERVER}`), "not-found\n");
    assert.equal((await box.unit("playwright-mcp@grace.service")).MainPID, MainPID);
    client.kill("SIGKILL");
    await client.result;
  });

  await t.step("and those of a user whose manager does not run", async () => {
    await layOut(box, "bob", 8932);
    await box.sh(`SYSTEMD_OFFLINE=1 systemctl --user enable ${SERVER} ${TIMER}`, { user: "bob" });
    assert.match(await names(box, "bob"), /default\.target\.wants\/playwright-mcp/);

    await apply(box, "bob", LEGACY);

    assert.equal(await names(box, "bob"), ALL_RETIRED);
    const asBob = await lingers(box, "bob");
    assert.equal(await asBob("systemctl --user list-units --all 'playwright-*' --no-legend"), "");
  });
});

Deno.test("Claude is installed and wired by one run, and by the next where its site is down", async (t) => {
  using tree = await holdClaude();
  await using installer = startClaudeInstaller();
  await using layer = await holdPackagesLayer();
  const slowPort = freePort();
  await using box = await bootBox({
    on: layer,
    network: "private",
    binds: [claudeBind(tree)],
    forward: [installer.port, slowPort],
  });
  const settingsOf = (port: number) => `claude_installer: http://${box.host}:${port}/install.sh\n`;
  await setUp(box, ["ada"], settingsOf(installer.port));
  const agents = async () =>
    (await apply(box, "ada", /^claude$|^wiring/)).map(({ resource, result }) => [resource, result]);

  await t.step("an installer that cannot be had is a warning with the line to try", async () => {
    installer.become("down");

    assert.deepEqual(await agents(), [["claude", "warning"], ["wiring of claude", "skipped"]]);
  });

  await t.step("an installer is gone with the run that was killed", async () => {
    const script = `#!/bin/bash
mkdir -p "$HOME/.local/bin"
ln -sfn "$HOME/unfinished" "$HOME/.local/bin/claude"
echo $$ >"$HOME/installer"
exec sleep 600
`;
    await using slow = Deno.serve(
      { hostname: "127.0.0.1", port: slowPort, onListen() {} },
      () => new Response(script),
    );
    await box.write("/etc/hearth/provision.yaml", settingsOf(slow.addr.port));
    const run = startApply(box, "ada");
    const pid = await eventually("The installer running", async () => {
      return /^(\d+)\n$/.exec((await box.run(["cat", "/home/ada/installer"])).stdout)?.[1];
    });

    run.kill("SIGKILL");
    await run.result;

    await eventually("The installer ending", async () => {
      return (await box.run(["test", "-e", `/proc/${pid}`])).code === 1;
    });
    await box.write("/etc/hearth/provision.yaml", settingsOf(installer.port));
  });

  await t.step("the next run has it", async () => {
    installer.become("well");

    assert.deepEqual(await agents(), [["claude", "changed"], ["wiring of claude", "changed"]]);
    const { stdout } = await box.run(["/home/ada/.local/bin/claude", "mcp", "get", "playwright"], {
      user: "ada",
      cwd: "/tmp",
    });
    assert.match(stdout, /Scope: User config .*\n(.*\n)*\s+URL: http:\/\/localhost:8931\/mcp/);
  });

  await t.step("a moved port is wired again, with the rest of the file as it was", async () => {
    const { playwright: _, ...others } = JSON.parse(await box.read(CONFIG)).mcpServers;
    assert.deepEqual(others, {});
    await box.sh(
      `/home/ada/.local/bin/claude mcp add --scope user --transport http own http://example.com/mcp`,
      { user: "ada" },
    );
    await box.write(PORTS, '{ "ada": 8999 }\n');

    assert.deepEqual(await agents(), [["claude", "ok"], ["wiring of claude", "changed"]]);

    const { mcpServers } = JSON.parse(await box.read(CONFIG));
    assert.equal(mcpServers.playwright.url, "http://localhost:8999/mcp");
    assert.equal(mcpServers.own.url, "http://example.com/mcp");
  });

  await t.step("a full home is that user's failure, which names the agent", async () => {
    await box.sh(`
      program=$(readlink -f /home/ada/.local/bin/claude)
      mount -t tmpfs -o size=16k,mode=700,uid=$(id -u ada),gid=$(id -g ada) tmpfs /home/ada
      install -d -o ada -g ada /home/ada/.local /home/ada/.local/bin
      ln -s "$program" /home/ada/.local/bin/claude
      cat /dev/zero >/home/ada/full || true`);

    const [, wiring] = await apply(box, "ada", /^claude$|^wiring/);

    assert.equal(wiring?.result, "failed");
    assert.match(wiring?.error ?? "", /^Cannot wire claude of ada: .*\.claude\.json/);
    await box.sh("umount /home/ada");
  });

  await t.step("and there is nothing left to do", async () => {
    const asked = installer.requestCount();

    assert.deepEqual(await agents(), [["claude", "ok"], ["wiring of claude", "ok"]]);
    assert.equal(installer.requestCount(), asked);
    assert.equal(await box.sh("find /home/ada -not -user ada"), "");
  });
});
