/**
 * "Move from a box set up by hand", followed literally on a box that was.
 *
 * The box has what such boxes have: units and scripts that were copied there, servers that users run
 * themselves, one token for all, and somebody who is using it meanwhile.
 *
 * @module
 */
import assert from "node:assert/strict";
import { tokenDigest } from "../../snapshot/access/access_rules.ts";
import { eventually } from "../support/eventually.ts";
import { ROOT } from "../support/program.ts";
import { snapshotText } from "../support/snapshot_fixture.ts";
import { bootBox, type Box, MOUNTED } from "./support/box.ts";
import { processesOf, setUpByHand, TOKEN } from "./support/hand_made_box.ts";
import { holdPackagesLayer } from "./support/packages_layer.ts";
import { startSnapshotHost } from "./support/snapshot_host.ts";

const PAGE = Deno.readTextFileSync(`${ROOT}docs/how-to/move-from-a-box-set-up-by-hand.md`);
const TASKS: Readonly<Record<string, { command: string }>> =
  JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)).tasks;
const DENO = `${MOUNTED}/bin/deno`;

/** Runs a line of the page; a task is what `deno.json` says, with the packages that are there. */
async function follow(box: Box, line: string) {
  assert.ok(PAGE.includes(line), `the page does not say "${line}"`);
  const [, task, rest = ""] = /^deno task (\S+) ?(.*)$/.exec(line) ?? [];
  const command = task === undefined
    ? line
    : `${TASKS[task]?.command.replace("deno run", `${DENO} run --cached-only --frozen`)} ${rest}`;
  return await box.run(["sh", "-c", `cd ${MOUNTED}/source && ${command}`], {
    env: { DENO_DIR: `${MOUNTED}/deno_dir`, NO_COLOR: "1" },
    deadlineMs: 600_000,
  });
}

/** What a run replaces that was there before it. */
const REPLACED = [
  ...["playwright-snapshot-refresh", "t3-mint", "t3-dispatch", "t3-autoupdate"]
    .map((name) => `/usr/local/bin/${name}`),
  "/usr/local/bin/t3-provision-users",
  ...["t3-autoupdate.service", "t3-autoupdate.timer", "t3-dispatch.service"]
    .map((name) => `/etc/systemd/system/${name}`),
  ...["t3-provision-users.service", "t3-provision-users.timer", "t3-serve@.service"]
    .map((name) => `/etc/systemd/system/${name}`),
  "/etc/ttyd-user-map",
  "/etc/t3-serve/dispatch.json",
];

Deno.test("a box set up by hand follows a roster when the page is followed", async (t) => {
  await using layer = await holdPackagesLayer();
  const digest = tokenDigest(TOKEN).toHex();
  await using host = await startSnapshotHost(
    `subjects:\n  everybody:\n    tokens: ["sha256:${digest}"]\n    sites: "*"\n`,
  );
  await host.publish(snapshotText("one"));
  await using box = await bootBox({
    on: layer,
    network: "private",
    hasWorld: true,
    forward: [host.port],
  });
  await setUpByHand(box, host.url);
  const processes = await processesOf(box);

  await t.step("the box says whom it serves, and is left as it is", async () => {
    const before = await box.sh("ls -laR /etc/t3-serve /etc/systemd /home | sha256sum");
    await follow(box, "install -d /etc/hearth && printf 'users:\\n' >/etc/hearth/roster.yaml");

    const { code, stdout, stderr } = await follow(box, "deno task provision adopt");

    assert.equal(code, 2, stderr);
    // The page's formatter takes the blanks off that a list in the roster needs.
    const sample = /```yaml\n( {3}# seen[\s\S]*?)```/.exec(PAGE)?.[1]?.replaceAll(/^ /gm, "");
    assert.ok(stdout.startsWith(sample?.trimEnd() ?? "-"), stdout);
    assert.match(stdout, / {2}grace:\n {4}authentik_user: grace\.hopper\n/);
    assert.equal(await box.sh("ls -laR /etc/t3-serve /etc/systemd /home | sha256sum"), before);
    await box.write("/etc/hearth/roster.yaml", `users:\n${stdout}`);
  });

  await t.step("its rows are a roster, and everybody has one", async () => {
    const validated = await follow(box, "deno task roster validate /etc/hearth/roster.yaml");
    const adopted = await follow(box, "deno task provision adopt");

    assert.match(validated.stdout, /3 users, 0 errors, 0 warnings/);
    assert.deepEqual([adopted.code, adopted.stdout], [0, "Every user has a row.\n"]);
  });

  await t.step("ports of servers that users ran are kept", async () => {
    const { stdout } = await follow(
      box,
      "grep -o -e '--port[ =][0-9]*' /home/*/.config/systemd/user/playwright-*.service",
    );
    assert.equal([...stdout.matchAll(/--port \d+$/gm)].length, 3, stdout);
    for (const [, user, port] of stdout.matchAll(/^\/home\/(\w+)\/.*--port (\d+)$/gm)) {
      await box.write(`/etc/t3-serve/playwright-${user}.env`, `PLAYWRIGHT_PORT=${port}\n`);
    }
  });

  await t.step("the plan names every file of theirs that would be replaced", async () => {
    const settings = /```yaml\n( {3}snapshot:[\s\S]*?)```/.exec(PAGE)?.[1] ?? "";
    await box.write(
      "/etc/hearth/provision.yaml",
      `claude_installer: null\nhost: { kubelogin: null }\n${settings.replaceAll(/^ {3}/gm, "")}`
        .replace("https://chrome.example.com/api/snapshot", host.url),
    );

    const { code, stdout } = await follow(box, "deno task provision host --plan");

    assert.equal(code, 2, stdout);
    const replaced = stdout.matchAll(/replace (\S+) +\(it was there before\)/g);
    assert.deepEqual([...replaced].map(([, path]) => path).sort(), REPLACED.toSorted(), stdout);
    assert.ok(!/ERROR|FAILED/.test(stdout), stdout);
  });

  await t.step("one run takes over, and ends nobody's process", async () => {
    const { code, stdout, stderr } = await follow(box, "deno task provision host");

    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(await processesOf(box), processes);
    assert.deepEqual(JSON.parse(await box.read("/etc/hearth/ports.json")), {
      ...{ ada: 3773, bob: 3775, grace: 3774 },
    });
    assert.deepEqual(JSON.parse(await box.read("/etc/hearth/playwright_ports.json")), {
      ...{ ada: 8933, bob: 8931, grace: 8932 },
    });
    assert.match(await box.read("/etc/t3-serve/ada.env"), /^NODE_EXTRA_CA_CERTS=/m);
    assert.match(await box.read("/etc/t3-serve/dispatch.json"), /"grace\.hopper"/);
    assert.equal((await box.run(["id", "mallory"])).code, 1);
    assert.equal(
      await box.sh("cd /home/ada/.config/systemd/user; ls | grep -c superseded-by-system-unit"),
      "3\n",
    );
  });

  await t.step("everybody is served by units of ours, with the token of before", async () => {
    for (const user of ["ada", "bob", "grace"]) {
      for (const unit of ["mcp", "snapshot-follow"]) {
        const { ActiveState } = await box.unit(`playwright-${unit}@${user}.service`);
        assert.equal(ActiveState, "active", `${unit} of ${user}`);
      }
      await eventually(
        `a copy of ${user}'s`,
        () => box.sh(`test -s /home/${user}/.cache/playwright-shared-storage-state.json`),
      );
    }
    await follow(box, "systemctl restart t3-dispatch");
    await eventually("the new dispatcher", async () => {
      const { stdout } = await box.run(["curl", "-s", "http://127.0.0.1:3780/healthz"]);
      return stdout.startsWith("ok");
    });
  });

  await t.step("from then on there is nothing to do", async () => {
    const { code, stdout } = await box.run(["/usr/local/bin/hearth-provision", "plan"]);

    assert.equal(code, 0, stdout);
  });

  await t.step("the timers can be stopped, to go back", async () => {
    const line = /^systemctl disable --now .*$/m.exec(PAGE)?.[0] ?? "";
    assert.equal((await follow(box, line)).code, 0);
  });
});
