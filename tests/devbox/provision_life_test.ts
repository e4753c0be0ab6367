/**
 * A day in the life of a box: users come, pause, change and go, and nobody else notices.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import type { Box } from "./support/box.ts";
import { type ClaudeInstaller, startClaudeInstaller } from "./support/claude.ts";
import {
  bootDevBox,
  changesOf,
  provision,
  type ProvisionRun,
  ROSTER,
  troublesOf,
} from "./support/dev_box.ts";
import { holdUsersLayer } from "./support/users_layer.ts";

const BARBARA = `  barbara:
    authentik_user: barbara
    k8s_user: barbara
    tier: power-user
    browser: { sites: [shop.localhost] }
`;
const EDSGER = ROSTER.slice(ROSTER.indexOf("  edsger:"));
const WITHOUT_EDSGER = ROSTER.replace(EDSGER, "");
const PARKED = ROSTER.replace(
  "tier: namespace-owner\n",
  "tier: namespace-owner\n    parked: true\n",
);

/** A box with the users of {@linkcode ROSTER}. */
interface Life extends AsyncDisposable {
  readonly box: Box;
  readonly installer: ClaudeInstaller;
}

async function begin(): Promise<Life> {
  await using held = new AsyncDisposableStack();
  const layer = held.use(await holdUsersLayer());
  const installer = held.use(startClaudeInstaller());
  const box = held.use(await bootDevBox(layer, { host: { installer: installer.port } }));
  const kept = held.move();
  return { box, installer, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Makes the box as a roster says, without any trouble. */
async function become(box: Box, roster: string): Promise<ProvisionRun> {
  await box.write("/etc/hearth/roster.yaml", roster);
  const run = await provision(box, ["apply"]);
  assert.deepEqual([run.code, troublesOf(run)], [0, []], run.text);
  const plan = await provision(box, ["plan"]);
  assert.deepEqual([plan.code, changesOf(plan), troublesOf(plan)], [0, [], []]);
  return run;
}

/** What a unit is doing, as `ACTIVE ENABLED`. */
async function stateOf(box: Box, unit: string): Promise<string> {
  const { ActiveState, UnitFileState } = await box.unit(unit);
  return `${ActiveState} ${UnitFileState}`;
}

/** The main processes of the units that others must keep. */
async function processesOf(box: Box, ...users: readonly string[]) {
  const units = users.flatMap((user) => [
    `playwright-mcp@${user}.service`,
    `playwright-snapshot-follow@${user}.service`,
  ]);
  return await Promise.all(units.map(async (unit) => [unit, (await box.unit(unit)).MainPID]));
}

/** The scopes in which a run changed something. */
function scopesOf(run: ProvisionRun): readonly string[] {
  return [
    ...new Set(run.items.filter(({ result }) => result === "changed").map(({ scope }) => scope)),
  ];
}

Deno.test("a user who is added gets everything, and nobody else is touched", async () => {
  await using life = await begin();
  const { box, installer } = life;
  const before = await processesOf(box, "ada", "grace", "edsger");

  const run = await become(box, ROSTER + BARBARA);

  assert.deepEqual(scopesOf(run), ["the machine", "barbara"]);
  assert.deepEqual(await processesOf(box, "ada", "grace", "edsger"), before);
  assert.equal(installer.requestCount(), 1);
  const envs = await box.sh("cat /etc/t3-serve/barbara.env /etc/t3-serve/playwright-barbara.env");
  assert.match(envs, /^T3_PORT=3776$/m);
  assert.match(envs, /^PLAYWRIGHT_PORT=8934$/m);
  assert.equal(await stateOf(box, "playwright-mcp@barbara.service"), "active enabled");
  assert.match(await box.sh("passwd --status barbara"), /^barbara L /);
  assert.equal(await box.sh("stat -c %a:%U /home/barbara"), "700:barbara\n");
  await eventually(
    "claude of barbara being connected",
    async () => /Connected/.test(await box.sh("~/.local/bin/claude mcp list", { user: "barbara" })),
    60_000,
  );
});

Deno.test("a user who is parked keeps everything and runs nothing, until unparked", async () => {
  await using life = await begin();
  const { box } = life;
  const others = await processesOf(box, "ada", "grace");
  const files = () => box.sh("cat /etc/t3-serve/edsger.env /etc/t3-serve/playwright-edsger.env");
  const before = await files();

  await become(box, PARKED);

  for (
    const unit of [
      "mcp@edsger.service",
      "snapshot-follow@edsger.service",
      "snapshot-refresh@edsger.timer",
    ]
  ) {
    assert.equal(await stateOf(box, `playwright-${unit}`), "inactive disabled");
  }
  assert.equal(await stateOf(box, "t3-serve@edsger.service"), "inactive disabled");
  assert.equal(await box.sh("ls -d /home/edsger"), "/home/edsger\n");
  assert.equal(await files(), before);

  await become(box, ROSTER);

  assert.equal(await stateOf(box, "playwright-mcp@edsger.service"), "active enabled");
  assert.equal(await stateOf(box, "playwright-snapshot-refresh@edsger.timer"), "active enabled");
  assert.equal(await files(), before);
  assert.deepEqual(await processesOf(box, "ada", "grace"), others);
});

Deno.test("a user whose tier changes gains its groups and loses none", async () => {
  await using life = await begin();
  const { box } = life;
  await box.sh("groupadd docker; groupadd projects; gpasswd -a grace projects");
  const before = await processesOf(box, "ada", "grace", "edsger");

  await become(box, ROSTER.replace("tier: power-user", "tier: admin"));
  assert.equal(await box.sh("id -nG grace"), "grace sudo docker projects\n");
  assert.match(await box.read("/etc/ttyd-admins"), /^grace$/m);

  await become(box, ROSTER);
  assert.equal(await box.sh("id -nG grace"), "grace sudo docker projects\n");
  assert.ok(!/^grace$/m.test(await box.read("/etc/ttyd-admins")));
  assert.deepEqual(await processesOf(box, "ada", "grace", "edsger"), before);
});

Deno.test("a user who leaves is cut off at once, and comes back to the same ports", async () => {
  await using life = await begin();
  const { box } = life;
  const others = await processesOf(box, "ada", "grace");
  const env = () => box.sh("cat /etc/t3-serve/edsger.env /etc/t3-serve/playwright-edsger.env");
  const before = await env();
  await box.write("/home/edsger/work", "mine\n", { owner: "edsger:edsger" });

  await become(box, WITHOUT_EDSGER);

  assert.equal(await stateOf(box, "playwright-mcp@edsger.service"), "inactive disabled");
  assert.equal(await box.read("/home/edsger/work"), "mine\n");
  // 1970-01-02: neither key nor password open it.
  assert.match(await box.sh("getent shadow edsger"), /^edsger:!.*:1:$/m);
  for (
    const map of ["/etc/ttyd-user-map", "/etc/t3-serve/dispatch.json", "/etc/hearth/access.yaml"]
  ) {
    assert.ok(!(await box.read(map)).includes("edsger"), map);
  }

  await become(box, WITHOUT_EDSGER + BARBARA);
  assert.match(await box.read("/etc/t3-serve/barbara.env"), /^T3_PORT=3776$/m);

  await become(box, WITHOUT_EDSGER + EDSGER + BARBARA);
  assert.equal(await env(), before);
  assert.equal(await stateOf(box, "playwright-mcp@edsger.service"), "active enabled");
  assert.match(await box.sh("getent shadow edsger"), /^edsger:!.*::$/m);
  assert.deepEqual(await processesOf(box, "ada", "grace"), others);
});

Deno.test("a token that is rotated reaches every holder, and no session ends", async () => {
  await using life = await begin();
  const { box } = life;
  const root = "/etc/t3-serve/tokens/ada";
  const own = "/home/ada/.config/playwright/token";
  const old = await box.read(root);
  const access = await box.read("/etc/hearth/access.yaml");
  const mcp = (await box.unit("playwright-mcp@ada.service")).MainPID;
  const others = await processesOf(box, "grace", "edsger");

  await box.sh(`rm ${root}`);
  const run = await become(box, ROSTER);

  const token = await box.read(root);
  assert.notEqual(token, old);
  assert.equal(await box.read(own), token);
  assert.equal(await box.sh(`stat -c %a:%U ${root} ${own}`), "600:root\n600:ada\n");
  assert.notEqual(await box.read("/etc/hearth/access.yaml"), access);
  const credential = "/run/credentials/playwright-snapshot-follow@ada.service/token";
  assert.equal(await box.read(credential), token);
  assert.equal((await box.unit("playwright-mcp@ada.service")).MainPID, mcp);
  assert.deepEqual(await processesOf(box, "grace", "edsger"), others);
  const secret = token.trim();
  assert.ok(!run.text.includes(secret));
  assert.ok(!(await box.read("/var/lib/t3-provision/audit.jsonl")).includes(secret));
  assert.equal((await box.run(["journalctl", "--no-pager", `--grep=${secret}`])).code, 1);
});
