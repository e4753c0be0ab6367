/**
 * `hearth status` as a person runs it, under its permission set, over what a harvester left.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";
import { ROOT } from "./support/program.ts";
import { hostsText, testDirectory } from "./support/snapshot_fixture.ts";
import { statusHouse } from "./support/status_house.ts";
import { VALUE_MARK } from "./support/status_scene.ts";

async function hearthStatus(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  return await runCommand(Deno.execPath(), [
    ...["run", "-q", "--no-prompt", "--frozen", "-P=hearth", `${ROOT}hearth.ts`, "status"],
    ...args,
  ], { env: { NO_COLOR: "1", ...env }, deadlineMs: 120_000 });
}

Deno.test("hearth status names the sites and no value, what expires first on top", async () => {
  await using data = await testDirectory();
  await Deno.mkdir(`${data.path}/snapshots`);
  const state = JSON.parse(hostsText({ "a.example.com": "s3cret", "b.example.org": "s3cret" }));
  const soon = Math.round(Date.now() / 1_000) + 3_600;
  state.cookies[1].expires = soon;
  await Deno.writeTextFile(`${data.path}/snapshots/storage-state.json`, JSON.stringify(state));
  await Deno.writeTextFile(`${data.path}/storage-state.json`, "{}");

  const { code, stdout, stderr } = await hearthStatus([
    ...["--json", "--data", data.path, "--config", `${data.path}/no-box`],
  ]);

  assert.equal(code, 0, stderr);
  const status = JSON.parse(stdout);
  assert.equal(status.version, 1);
  assert.equal(status.sites_error, null);
  assert.deepEqual(status.sites.map(({ site }: { site: string }) => site), [
    "example.org",
    "example.com",
  ]);
  assert.equal(Date.parse(status.sites[0].earliestExpiryAt), soon * 1_000);
  assert.deepEqual(status.parts.map(({ part }: { part: string }) => part), [
    ...["browser", "bridge", "harvester", "snapshot_server"],
  ]);
  assert.equal(status.copies[0].user, "this pipeline");
  assert.ok(!stdout.includes("s3cret"));
});

Deno.test("hearth status says of a server elsewhere what its page says, as far as the token may know", async () => {
  await using house = await statusHouse("refused");
  const url = `${house.url}api/snapshot`;
  const all = `${house.directory.path}/token`;
  const some = await house.directory.put("grace", "grace-token\n");
  const config = ["--config", `${house.directory.path}/no-box`];

  const text = await hearthStatus(["--url", url, "--token-file", all, ...config]);
  const json = await hearthStatus(["--json", ...config], {
    PLAYWRIGHT_SNAPSHOT_URL: url,
    PLAYWRIGHT_SNAPSHOT_TOKEN: some,
  });
  const wrong = await hearthStatus([
    "--url",
    url,
    "--token-file",
    `${house.directory.path}/access.yaml`,
  ]);

  assert.equal(text.code, 0, text.stderr);
  assert.match(text.stdout, /^server +1 thing is wrong \(as everyone\)$/m);
  assert.match(text.stdout, /^browser +good: Chrome\/156, started /m);
  assert.match(text.stdout, /^harvest +TROUBLE: refused /m);
  assert.match(text.stdout, /^TROUBLE +Refused to publish: 9 of 12 sites would be gone/m);
  assert.match(text.stdout, /^pull +ada: not since the server started$/m);
  assert.match(text.stdout, /^github\.com /m);
  assert.equal(json.code, 0, json.stderr);
  const found = JSON.parse(json.stdout);
  assert.equal(found.version, 1);
  assert.equal(found.server.subject, "grace");
  assert.deepEqual(found.server.pulls.map(({ name }: { name: string }) => name), ["grace"]);
  assert.deepEqual(found.sites.map(({ site }: { site: string }) => site), ["github.com"]);
  assert.match(found.server.faults[0].text, /^The harvest was refused: lost share$/);
  for (const { stdout } of [text, json]) assert.ok(!stdout.includes(VALUE_MARK));
  assert.match(wrong.stdout + wrong.stderr, /Cannot /);
});
