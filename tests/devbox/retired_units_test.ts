/**
 * What a user set up by hand before, on a booted box: retired by their own manager.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { bootBox, type Box } from "./support/box.ts";
import type { RunningBoxCommand } from "./support/box_command.ts";
import { apply, DENO, SERVE, setUp } from "./support/user_box.ts";

const UNITS = ".config/systemd/user";
const SERVER = "playwright-mcp.service";
const TIMER = "playwright-snapshot-refresh.timer";
const TASK = "playwright-snapshot-refresh.service";
const RETIRED = ".superseded-by-system-unit";
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
