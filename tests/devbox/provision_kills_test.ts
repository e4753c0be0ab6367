/**
 * Runs of the provisioner that are killed: the next one goes on from wherever it was.
 *
 * A run is killed by SIGKILL, with everything it has started, right after the first thing it has
 * changed; so is the run after it, and so on: there is a kill after every single action. Each of the
 * runs begins with what the one before it left behind. Others are killed at any instant.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Box } from "./support/box.ts";
import { startClaudeInstaller } from "./support/claude.ts";
import {
  bootDevBox,
  changesOf,
  provision,
  provisionCommand,
  readItems,
  ROSTER,
  SETTINGS,
  troublesOf,
} from "./support/dev_box.ts";
import { fingerprint } from "./support/fingerprint.ts";
import { holdMachineLayer } from "./support/machine_layer.ts";
import { holdUsersLayer } from "./support/users_layer.ts";

/** Applies until `isTime` says so of a line, or a time has passed, and is killed; what had changed. */
async function killedApply(
  box: Box,
  isTime: (line: string) => boolean,
  afterMs?: number,
): Promise<readonly string[]> {
  let isKilled = false;
  const kill = () => {
    if (!isKilled) running.kill("SIGKILL");
    isKilled = true;
  };
  const running = box.start(provisionCommand("apply"), {
    onLine: (line) => isTime(line) ? kill() : undefined,
    deadlineMs: 300_000,
  });
  const timer = afterMs === undefined ? undefined : setTimeout(kill, afterMs);
  const { code, stdout, stderr } = await running.result;
  clearTimeout(timer);
  if (code !== 137) assert.equal(code, 0, `${stdout}${stderr}`);
  return readItems(stdout).filter(({ result }) => result === "changed")
    .map(({ scope, resource }) => `${scope} ${resource}`);
}

/** Kills runs until one has nothing to change; what each had changed. */
async function killEveryRun(box: Box): Promise<readonly (readonly string[])[]> {
  const runs: (readonly string[])[] = [];
  while (true) {
    const changed = await killedApply(box, (line) => line.includes('"result":"changed"'));
    if (changed.length === 0) return runs;
    runs.push(changed);
    assert.ok(runs.length < 200, `it does not come to an end: ${changed}`);
  }
}

Deno.test("apply converges when a first run is killed after every action", async () => {
  await using machine = await holdMachineLayer();
  await using installer = startClaudeInstaller();
  const options = { host: { installer: installer.port } };
  await using killed = await bootDevBox(machine, options);
  await using whole = await bootDevBox(machine, options);
  for (const box of [killed, whole]) {
    await box.write("/etc/hearth/roster.yaml", ROSTER);
    await box.write("/etc/hearth/provision.yaml", SETTINGS);
  }

  const expected = await provision(whole, ["apply"]);
  const runs = await killEveryRun(killed);

  assert.equal(expected.code, 0, expected.text);
  assert.ok(runs.length > 20, `only ${runs.length} runs were killed`);
  const plan = await provision(killed, ["plan"]);
  assert.deepEqual([plan.code, changesOf(plan), troublesOf(plan)], [0, [], []]);
  assert.equal(await fingerprint(killed), await fingerprint(whole));
  assert.equal(
    (await killed.run(["systemctl", "--failed", "--no-legend", "playwright-mcp@*"])).stdout,
    "",
  );
});

Deno.test("apply converges when runs are killed at any instant", async () => {
  await using machine = await holdMachineLayer();
  await using installer = startClaudeInstaller();
  await using box = await bootDevBox(machine, { host: { installer: installer.port } });
  await box.write("/etc/hearth/roster.yaml", ROSTER);
  await box.write("/etc/hearth/provision.yaml", SETTINGS);

  for (let afterMs = 300; afterMs < 3_000; afterMs += 130) {
    await killedApply(box, () => false, afterMs);
  }

  const apply = await provision(box, ["apply"]);
  assert.deepEqual([apply.code, troublesOf(apply)], [0, []], apply.text);
  const plan = await provision(box, ["plan"]);
  assert.deepEqual([plan.code, changesOf(plan), troublesOf(plan)], [0, [], []]);
});

Deno.test("apply keeps every session when a change is killed after every action", async () => {
  await using users = await holdUsersLayer();
  await using installer = startClaudeInstaller();
  await using box = await bootDevBox(users, { host: { installer: installer.port } });
  const pid = async (user: string) => (await box.unit(`playwright-mcp@${user}.service`)).MainPID;
  const before = [await pid("ada"), await pid("grace")];

  // One joins, one is parked, one gets another tier.
  const roster = ROSTER.replace("tier: power-user", "tier: admin")
    .replace("    tier: namespace-owner\n", "    tier: namespace-owner\n    parked: true\n") +
    "  barbara:\n    authentik_user: barbara\n    k8s_user: barbara\n    tier: power-user\n" +
    "    browser: { sites: [shop.localhost] }\n";
  await box.write("/etc/hearth/roster.yaml", roster);
  const runs = await killEveryRun(box);

  assert.ok(runs.length > 8, `only ${runs.length} runs were killed`);
  const plan = await provision(box, ["plan"]);
  assert.deepEqual([plan.code, changesOf(plan), troublesOf(plan)], [0, [], []]);
  assert.deepEqual([await pid("ada"), await pid("grace")], before);
  assert.notEqual(await pid("barbara"), "0");
  assert.equal(await pid("edsger"), "0");
  assert.match(await box.sh("id -nG grace"), /\bsudo\b/);
});
