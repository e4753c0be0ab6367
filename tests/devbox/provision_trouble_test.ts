/**
 * Troubles of a box: each is named to the person, costs only whom it concerns, and is over with the
 * run after its end.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { startVault } from "../support/vault.ts";
import { type Box, MOUNTED } from "./support/box.ts";
import { startClaudeInstaller } from "./support/claude.ts";
import {
  AT,
  bootDevBox,
  changesOf,
  type HostPorts,
  provision,
  provisionCommand,
  type ProvisionRun,
  readItems,
  ROSTER,
  SETTINGS,
  troublesOf,
} from "./support/dev_box.ts";
import { holdUsersLayer } from "./support/users_layer.ts";

const BARBARA = `  barbara:
    authentik_user: barbara
    k8s_user: barbara
    tier: power-user
    browser: { sites: [shop.localhost] }
`;

/** Boots a box with the users of {@linkcode ROSTER}, where Claude can be installed. */
async function bootUsers(host: HostPorts = {}): Promise<Box> {
  await using held = new AsyncDisposableStack();
  const layer = held.use(await holdUsersLayer());
  const installer = held.use(startClaudeInstaller());
  const box = held.use(await bootDevBox(layer, { host: { installer: installer.port, ...host } }));
  // One that still starts while its home is broken may have given up before that is mended.
  await eventually(
    "every MCP server listening",
    () => box.sh('for port in 8931 8932 8933; do bash -c "</dev/tcp/localhost/$port"; done'),
    120_000,
  );
  const kept = held.move();
  return { ...box, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Nothing is left to do or to say. */
async function assertSettled(box: Box): Promise<void> {
  const plan = await provision(box, ["plan"]);
  assert.deepEqual([plan.code, changesOf(plan), troublesOf(plan)], [0, [], []]);
}

/** The scopes of which a run says something is wrong. */
function troubled(run: ProvisionRun): readonly string[] {
  return [...new Set(troublesOf(run).map((trouble) => trouble.split(" ")[0] ?? ""))];
}

const active = async (box: Box, unit: string) => (await box.unit(unit)).ActiveState;

Deno.test("a port that a stranger holds is told, with who it is", async () => {
  await using box = await bootUsers();
  await box.sh(`systemd-run --quiet --unit=stranger ${MOUNTED}/bin/deno eval \
    'Deno.listen({ hostname: "127.0.0.1", port: 8934 }); setInterval(() => {}, 1e6)'`);
  await eventually("the stranger listening", () => box.sh("bash -c '</dev/tcp/127.0.0.1/8934'"));
  const { MainPID } = await box.unit("stranger");
  await box.write("/etc/hearth/roster.yaml", ROSTER + BARBARA);

  const run = await provision(box, ["apply"]);

  assert.equal(run.code, 1, run.text);
  assert.equal(troublesOf(run).length, 1, run.text);
  assert.match(
    troublesOf(run)[0] ?? "",
    new RegExp(`^barbara port 8934: .*held by ".*deno.*" \\(pid ${MainPID}, `),
  );
  assert.equal(await active(box, "playwright-mcp@barbara.service"), "inactive");
  assert.equal(await active(box, "playwright-snapshot-follow@barbara.service"), "active");

  await box.sh("systemctl stop stranger");
  assert.equal((await provision(box, ["apply"])).code, 0);
  assert.equal(await active(box, "playwright-mcp@barbara.service"), "active");
  await assertSettled(box);
});

Deno.test("a home that is full costs its user alone", async () => {
  await using box = await bootUsers();
  await box.sh(`
    mv /home/grace /home/grace.aside
    mkdir /home/grace
    mount -t tmpfs -o size=64k,mode=700,uid=$(id -u grace),gid=$(id -g grace) tmpfs /home/grace
    head -c 100k /dev/zero >/home/grace/full || true`);

  const run = await provision(box, ["apply"]);

  assert.equal(run.code, 1, run.text);
  assert.deepEqual(troubled(run), ["grace"], run.text);
  assert.match(troublesOf(run).join("\n"), /No space left|no space/i);
  // No half of a file, not even under another name.
  assert.equal(await box.sh("find /home/grace -type f"), "/home/grace/full\n");

  await box.sh("rm /home/grace/full; mount -o remount,size=64m /home/grace");
  assert.equal((await provision(box, ["apply"])).code, 0);
  await assertSettled(box);
});

Deno.test("a home that is root's costs its user alone", async () => {
  await using box = await bootUsers();
  await box.sh("chown root:root /home/edsger");
  await box.write("/etc/hearth/roster.yaml", ROSTER + BARBARA);

  const run = await provision(box, ["apply"]);

  assert.equal(run.code, 1, run.text);
  assert.deepEqual(troubled(run), ["edsger"], run.text);
  assert.match(troublesOf(run).join("\n"), /\/home\/edsger is owned by number 0/);
  assert.equal(await box.sh("stat -c %U /home/edsger"), "root\n");
  assert.equal(await active(box, "playwright-mcp@barbara.service"), "active");

  await box.sh("chown edsger:edsger /home/edsger");
  assert.equal((await provision(box, ["apply"])).code, 0);
  await assertSettled(box);
});

Deno.test("a ~/.claude.json that is corrupt stays as it is", async () => {
  await using box = await bootUsers();
  const path = "/home/ada/.claude.json";
  const good = await box.read(path);
  const corrupt = good.slice(0, good.length / 2);
  await box.write(path, corrupt, { mode: 0o600, owner: "ada:ada" });

  const run = await provision(box, ["apply"]);

  assert.deepEqual(troubled(run), ["ada"], run.text);
  assert.match(troublesOf(run).join("\n"), /\.claude\.json/);
  assert.equal(await box.read(path), corrupt);

  await box.sh(`rm ${path}`);
  assert.equal((await provision(box, ["apply"])).code, 0);
  assert.match(await box.read(path), /http:\/\/localhost:8931\/mcp/);
  await assertSettled(box);
});

Deno.test("secrets stay while Vault is down, and are rotated when it is back", async () => {
  await using vault = startVault();
  vault.put("secret/box", { ada: "ada-1", grace: "grace-1", edsger: "edsger-1" });
  await using box = await bootUsers({ vault: Number(new URL(vault.address).port) });
  const env = { VAULT_ADDR: `http://127.0.0.1:${AT.vault}`, VAULT_TOKEN: "hvs.test" };
  const settings = SETTINGS.replace("snapshot:\n", "snapshot:\n  token: vault:secret/box#{user}\n");
  await box.write("/etc/hearth/provision.yaml", settings);
  const tokens = () => box.sh("cat /etc/t3-serve/tokens/*; cat /home/*/.config/playwright/token");
  const all = (version: number) =>
    ["ada", "edsger", "grace", "ada", "edsger", "grace"].map((user) => `${user}-${version}\n`).join(
      "",
    );

  assert.equal((await provision(box, ["apply"], { env })).code, 0);
  assert.equal(await tokens(), all(1));

  for (const state of ["sealed", "broken", "busy", "a web page"] as const) {
    vault.become(state);
    const run = await provision(box, ["apply"], { env });
    assert.deepEqual([run.code, changesOf(run)], [0, []], run.text);
    assert.equal(run.items.filter(({ result }) => result === "warning").length, 3, run.text);
    assert.equal(await tokens(), all(1));
  }

  vault.become("well");
  vault.put("secret/box", { ada: "ada-2", grace: "grace-2", edsger: "edsger-2" });
  const run = await provision(box, ["apply"], { env });
  assert.deepEqual([run.code, troublesOf(run)], [0, []], run.text);
  assert.equal(await tokens(), all(2));
  for (const user of ["ada", "grace", "edsger"]) {
    const credential = `/run/credentials/playwright-snapshot-follow@${user}.service/token`;
    assert.equal(await box.read(credential), `${user}-2\n`);
  }
  assert.ok(!/(?:ada|grace|edsger)-[12]/.test(await box.read("/var/lib/t3-provision/audit.jsonl")));
});

Deno.test("a unit that somebody edited is put back as drift, and nothing restarts", async () => {
  await using box = await bootUsers();
  const path = "/etc/systemd/system/playwright-mcp@.service";
  const [text, { MainPID }] = [await box.read(path), await box.unit("playwright-mcp@ada.service")];
  await box.write(path, text.replace("MemoryMax=6G", "MemoryMax=60G"));

  const plan = await provision(box, ["host", "--plan"]);
  const run = await provision(box, ["host"]);

  const edited = plan.items.filter(({ resource }) => resource === `file ${path}`);
  assert.deepEqual(edited.map(({ result, cause }) => [result, cause]), [["pending", "drift"]]);
  assert.deepEqual([plan.code, run.code], [2, 0], run.text);
  assert.equal(await box.read(path), text);
  const after = await box.unit("playwright-mcp@ada.service");
  assert.deepEqual([after.MainPID, after.NeedDaemonReload], [MainPID, "no"]);
  assert.equal(after.MemoryMax, String(6 * 1024 ** 3));
  await assertSettled(box);
});

Deno.test("of two applies at once one does everything and the other says so", async () => {
  await using box = await bootUsers();
  await box.write("/etc/hearth/roster.yaml", ROSTER + BARBARA);

  const runs = await Promise.all([provision(box, ["apply"]), provision(box, ["apply"])]);

  const [done, refused] = runs.toSorted((a, b) => a.code - b.code);
  assert.equal(done?.code, 0, done?.text);
  assert.equal(refused?.code, 1, refused?.text);
  assert.match(refused?.text ?? "", /another run is at it/);
  assert.deepEqual(refused?.items, []);
  await assertSettled(box);
});

Deno.test("a clock that is wrong by years changes nothing", async (t) => {
  await using box = await bootUsers();
  for (const clock of ["1999-06-01 12:00:00", "2089-06-01 12:00:00"]) {
    await t.step(clock, async () => {
      await box.sh("rm /etc/ttyd-admins");

      const command = ["faketime", "-f", `@${clock}`, ...provisionCommand("apply")];
      const { code, stdout, stderr } = await box.run(command);

      assert.equal(code, 0, `${stdout}${stderr}`);
      const changed = readItems(stdout).filter(({ result }) =>
        result !== "ok" && result !== "skipped"
      );
      assert.deepEqual(changed.map(({ resource }) => resource), ["file /etc/ttyd-admins"]);
      // It did believe it.
      assert.match(
        await box.sh("tail -1 /var/lib/t3-provision/audit.jsonl"),
        new RegExp(clock.slice(0, 4)),
      );
      await assertSettled(box);
    });
  }
});
