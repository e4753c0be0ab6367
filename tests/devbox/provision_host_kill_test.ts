/**
 * `provision.ts host`, killed where it waits for somebody else's program.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { bootBox, type Box, MOUNTED } from "./support/box.ts";
import { holdPackagesLayer } from "./support/packages_layer.ts";

const PROVISION = [
  ...[`${MOUNTED}/bin/deno`, "run", "-q", "--no-prompt", "--frozen", "-P=provision"],
  ...[`${MOUNTED}/source/provision.ts`, "host", "--wait", "300"],
];
const OPTIONS = {
  env: { DENO_DIR: `${MOUNTED}/deno_dir`, NO_COLOR: "1" },
  deadlineMs: 600_000,
};

/** What runs while a tree is made, and the tree that must not be there half made. */
const MOMENTS = [
  ["apt unpacks a package", "apt-get install"],
  ["Node is downloaded", "deno install"],
  ["the MCP server is installed", "npm-cli.js ci"],
  ["the packages of the programs are downloaded", "deno cache"],
  ["a program is tried", "roster.ts --help"],
] as const;

/** Processes whose command line holds a text; the question's own is not among them. */
async function running(box: Box, text: string): Promise<readonly string[]> {
  const { stdout } = await box.run(["pgrep", "--full", "--list-full", text]);
  return stdout.split("\n").filter((line) => line !== "");
}

Deno.test("provision host converges when it is killed in the middle of anything", async () => {
  await using layer = await holdPackagesLayer();
  await using box = await bootBox({ on: layer, network: "private", hasWorld: true });
  await box.write("/etc/hearth/roster.yaml", "users: {}\n");
  await box.write("/etc/hearth/provision.yaml", "host: { packages: [hello], kubelogin: null }\n");
  for (const [moment, text] of MOMENTS) {
    const first = box.start(PROVISION, OPTIONS);
    await eventually(moment, async () => (await running(box, text)).length > 0, 120_000);
    await box.run(["pkill", "-KILL", "--full", `^${MOUNTED}/bin/deno run .*provision.ts host`]);
    await first.result;

    // What downloads dies with it; apt is let finish.
    await eventually(
      `The end of what ran as ${moment}`,
      async () => (await running(box, text)).length === 0,
      120_000,
    );
    const state = await box.sh("ls -A /opt/hearth/*/ 2>/dev/null || true");
    const links = await box.sh("readlink /opt/hearth/*/current || true");
    for (const link of links.split("\n").filter((line) => line !== "")) {
      assert.ok(state.includes(link), `current leads to ${link}, which is not there: ${state}`);
    }
  }

  const { code, stdout, stderr } = await box.run(PROVISION, OPTIONS);
  assert.equal(code, 0, `${stdout}${stderr}`);
  const again = await box.run([...PROVISION, "--plan"], OPTIONS);
  assert.equal(again.code, 0, `${again.stdout}${again.stderr}`);
  assert.equal(await box.sh("find /opt/hearth -maxdepth 2 -name '.*.*'"), "");
  await box.sh("hello >/dev/null; systemctl is-active t3-dispatch.service");
});
