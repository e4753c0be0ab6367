/**
 * @module
 */
import assert from "node:assert/strict";
import { Fault } from "../../../core/fault.ts";
import { DONE } from "../../item.ts";
import { runTool } from "../../real/run_tool.ts";
import { programsOf } from "../load_host.ts";
import { installTree } from "./install_tree.ts";
import { binariesMaker, loadBinaries } from "./make_binaries.ts";

const needsRoot = { ignore: Deno.uid() !== 0 };

Deno.test(
  "binariesMaker() installs what was built, and nothing else of its directory",
  needsRoot,
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "hearth-binaries-" });
    try {
      const built = `${directory}/dist`;
      await Deno.mkdir(built);
      await Deno.mkdir(`${directory}/releases`);
      await Deno.writeTextFile(`${built}/t3-mint`, "#!/bin/sh\necho minted\n");
      await Deno.writeTextFile(`${built}/notes.txt`, "not a program");
      const binaries = await loadBinaries(built);

      const outcome = await installTree(
        { path: `${directory}/releases/new` },
        binariesMaker(binaries),
        { runTool },
      );

      assert.deepEqual(outcome, DONE);
      assert.deepEqual(binaries.names, ["t3-mint"]);
      const { stdout } = await runTool({ command: `${directory}/releases/new/t3-mint`, args: [] });
      assert.equal(stdout, "minted\n");
      await Deno.writeTextFile(`${built}/t3-mint`, "#!/bin/sh\necho again\n");
      assert.notEqual((await loadBinaries(built)).digest, binaries.digest);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test("loadBinaries() refuses when nothing was built", async () => {
  await assert.rejects(loadBinaries("/nonexistent"), (error) => {
    assert.ok(error instanceof Fault);
    assert.match(error.message, /none is there, must be built by "deno task compile --output/);
    return true;
  });
});

Deno.test("programsOf() starts a binary where there is one, and the sources elsewhere", () => {
  const binaries = { directory: "/dist", names: ["t3-mint"], digest: "" };

  const { programs, leftOut } = programsOf({ scripts: ["mint", "roster"] }, undefined, binaries);

  const texts = new Map(
    programs.map(({ name, content }) => [name, new TextDecoder().decode(content)]),
  );
  assert.equal(
    texts.get("t3-mint"),
    '#!/bin/sh\nexec /opt/hearth/binaries/current/t3-mint "$@"\n',
  );
  assert.match(texts.get("hearth-roster") ?? "", /-P=roster/);
  assert.ok(leftOut.some(({ name }) => name === "playwright-snapshot-refresh"));
});
