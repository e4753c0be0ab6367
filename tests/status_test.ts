/**
 * `hearth status` as a person runs it, under its permission set, over what a harvester left.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";
import { ROOT } from "./support/program.ts";
import { hostsText, testDirectory } from "./support/snapshot_fixture.ts";

Deno.test("hearth status names the sites and no value, what expires first on top", async () => {
  await using data = await testDirectory();
  await Deno.mkdir(`${data.path}/snapshots`);
  const state = JSON.parse(hostsText({ "a.example.com": "s3cret", "b.example.org": "s3cret" }));
  const soon = Math.round(Date.now() / 1_000) + 3_600;
  state.cookies[1].expires = soon;
  await Deno.writeTextFile(`${data.path}/snapshots/storage-state.json`, JSON.stringify(state));
  await Deno.writeTextFile(`${data.path}/storage-state.json`, "{}");

  const { code, stdout, stderr } = await runCommand(Deno.execPath(), [
    ...["run", "-q", "--no-prompt", "--frozen", "-P=hearth", `${ROOT}hearth.ts`, "status"],
    ...["--json", "--data", data.path, "--config", `${data.path}/no-box`],
  ], { env: { NO_COLOR: "1" }, deadlineMs: 120_000 });

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
