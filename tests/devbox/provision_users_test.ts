/**
 * Users of a dev box, from the roster to an agent's logged-in session: made, left alone, rebooted and
 * made again elsewhere.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { type Box, MOUNTED } from "./support/box.ts";
import { startClaudeInstaller } from "./support/claude.ts";
import {
  AT,
  bootDevBox,
  changesOf,
  provision,
  type ProvisionRun,
  troublesOf,
} from "./support/dev_box.ts";
import { holdMachineLayer } from "./support/machine_layer.ts";
import { FIRST_RUN, holdUsersLayer } from "./support/users_layer.ts";
import { startWarmHost, type WarmHost } from "./support/warm_host.ts";

const SITES = {
  ada: { shop: true, bank: true },
  grace: { shop: true, bank: false },
  edsger: { shop: false, bank: true },
} as const;
const USERS = Object.keys(SITES) as (keyof typeof SITES)[];

/** What an agent of a user sees at a site, by the name it has there. */
async function seen(box: Box, user: string, site: string): Promise<string> {
  const env = await box.read(`/etc/t3-serve/playwright-${user}.env`);
  const port = /^PLAYWRIGHT_PORT=(\d+)$/m.exec(env)?.[1];
  const { code, stdout, stderr } = await box.run([
    ...[`${MOUNTED}/bin/deno`, "run", "-q", "-A", "--cached-only", "--frozen"],
    `${MOUNTED}/source/tests/devbox/inside/visit.ts`,
    ...[`http://localhost:${port}/mcp`, `http://${site}.localhost:${AT.site}/`],
  ], { user, env: { DENO_DIR: `${MOUNTED}/deno_dir` } });
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

/** Asks each user's own agent whether it reaches its browser. */
async function assertConnected(box: Box): Promise<void> {
  for (const user of USERS) {
    await eventually(`claude of ${user} being connected`, async () => {
      const list = await box.sh("~/.local/bin/claude mcp list", { user });
      return /^playwright: .*Connected$/m.test(list);
    }, 60_000);
  }
}

/** The processes that hold sessions. */
async function processIds(box: Box): Promise<Readonly<Record<string, string | undefined>>> {
  const ids: Record<string, string | undefined> = {};
  for (const user of USERS) {
    for (const unit of [`playwright-mcp@${user}`, `playwright-snapshot-follow@${user}`]) {
      ids[unit] = (await box.unit(`${unit}.service`)).MainPID;
    }
  }
  return ids;
}

/** A pipeline that knows the box's tokens and has logins of both sites. */
async function warmHostOf(access: string): Promise<WarmHost> {
  const host = await startWarmHost(access);
  await host.logIn("shop");
  await host.logIn("bank");
  return host;
}

Deno.test("a bare box becomes three users with logged-in agents by one command", async (t) => {
  await using layer = await holdUsersLayer();
  await using quiet = await bootDevBox(layer);
  const first: ProvisionRun = JSON.parse(await quiet.read(FIRST_RUN));
  say(`one command, from a bare box to three users: ${Math.round(first.ms / 1_000)} s`);
  const access = await quiet.read("/etc/hearth/access.yaml");
  await quiet.cutPower();
  await using host = await warmHostOf(access);
  await using installer = startClaudeInstaller();
  await using box = await bootDevBox(layer, {
    host: { snapshot: host.snapshot.port, site: host.site.port, installer: installer.port },
  });

  const assertLoggedIn = async () => {
    await assertConnected(box);
    for (const user of USERS) {
      for (const [site, isGranted] of Object.entries(SITES[user])) {
        const expected = isGranted ? `Hello, ${site}-s3cret` : "Not logged in";
        await eventually(
          `${user} seeing ${site}`,
          async () => (await seen(box, user, site)) === expected,
          60_000,
        );
      }
    }
  };

  await t.step("without a trouble", () => {
    assert.deepEqual(troublesOf(first), []);
    for (const user of USERS) {
      assert.ok(changesOf(first).includes(`${user} unit playwright-mcp@${user}.service`));
    }
  });

  await t.step("each only at the sites granted", assertLoggedIn);

  await t.step("a second run finds nothing to do and restarts nothing", async () => {
    const before = await processIds(box);

    const plan = await provision(box, ["plan"]);
    const apply = await provision(box, ["apply"]);

    assert.deepEqual([plan.code, changesOf(plan), troublesOf(plan)], [0, [], []]);
    assert.deepEqual([apply.code, changesOf(apply), troublesOf(apply)], [0, [], []]);
    assert.deepEqual(await processIds(box), before);
    assert.equal(installer.requestCount(), 0);
  });

  await t.step("everything comes back when the box is rebooted", async () => {
    await box.reboot();

    await assertLoggedIn();
    const plan = await provision(box, ["plan"]);
    assert.deepEqual([plan.code, changesOf(plan), troublesOf(plan)], [0, [], []]);
  });
});

Deno.test("a box that is made again from the same files gives the same ports", async () => {
  await using users = await holdUsersLayer();
  await using machine = await holdMachineLayer();
  await using installer = startClaudeInstaller();
  await using before = await bootDevBox(users);
  const files = ["roster.yaml", "provision.yaml", "ports.json", "playwright_ports.json"];
  const envs = "cat /etc/t3-serve/*.env; cat /etc/t3-serve/dispatch.json";

  await using after = await bootDevBox(machine, { host: { installer: installer.port } });
  for (const file of files) {
    await after.write(`/etc/hearth/${file}`, await before.read(`/etc/hearth/${file}`));
  }
  const run = await provision(after, ["apply"]);

  assert.equal(run.code, 0, run.text);
  assert.equal(await after.sh(envs), await before.sh(envs));
});

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
