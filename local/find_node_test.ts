/**
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";
import { snippetArgs } from "../tests/support/snippet.ts";
import { findNode } from "./find_node.ts";

Deno.test("findNode() takes the first node in PATH, and passes over what is none", async () => {
  const root = await Deno.makeTempDir({ prefix: "hearth-node-" });
  await Deno.mkdir(`${root}/a/node`, { recursive: true });
  await Deno.writeTextFile(`${root}/file`, "");
  for (const dir of ["b", "c"]) {
    await Deno.mkdir(`${root}/${dir}`);
    await Deno.writeTextFile(`${root}/${dir}/node`, "", { mode: 0o755 });
  }
  const path = ["a", "file", "missing", "b", "c"].map((dir) => `${root}/${dir}`).join(":");

  assert.equal(await findNode({ get: () => path }), `${root}/b/node`);
  await assert.rejects(findNode({ get: () => `${root}/a` }), /no node in PATH/);
  await Deno.remove(root, { recursive: true });
});

Deno.test({
  name: "findNode() passes over a directory of PATH that may not be entered",
  // Only root can become somebody who may not.
  ignore: Deno.uid() !== 0,
  async fn() {
    const root = await Deno.makeTempDir({ prefix: "hearth-node-" });
    await Deno.chmod(root, 0o755);
    await Deno.mkdir(`${root}/closed`, { mode: 0o700 });
    await Deno.mkdir(`${root}/open`);
    await Deno.writeTextFile(`${root}/open/node`, "", { mode: 0o755 });
    const code = `import process from "node:process";
      import { findNode } from "@root/local/find_node.ts";
      process.setgid(65534);
      process.setuid(65534);
      console.log(await findNode({ get: () => "${root}/closed:${root}/open" }));`;

    const { stdout, stderr } = await runCommand(Deno.execPath(), snippetArgs(code));

    assert.equal(stdout, `${root}/open/node\n`, stderr);
    await Deno.remove(root, { recursive: true });
  },
});
