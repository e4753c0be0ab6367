/**
 * With real processes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../../../tests/support/eventually.ts";
import { DONE } from "../../item.ts";
import { runTool } from "../../real/run_tool.ts";
import { installTree } from "./install_tree.ts";
import { pruneTrees } from "./prune_trees.ts";

const needsRoot = { ignore: Deno.uid() !== 0 };

Deno.test(
  "pruneTrees() keeps what is current and what runs, and removes the rest",
  needsRoot,
  async () => {
    const parent = await Deno.makeTempDir({ prefix: "hearth-prune-" });
    try {
      for (const version of ["1", "2", "3", "4"]) {
        await Deno.mkdir(`${parent}/${version}/bin`, { recursive: true });
        await Deno.copyFile("/usr/bin/sleep", `${parent}/${version}/bin/program`);
        await Deno.chmod(`${parent}/${version}/bin/program`, 0o755);
      }
      await Deno.symlink("3", `${parent}/current`);
      const child = new Deno.Command(`${parent}/2/bin/program`, { args: ["1000"] }).spawn();
      await eventually(
        "the program running",
        () => Promise.resolve(Deno.readLinkSync(`/proc/${child.pid}/exe`).startsWith(parent)),
      );
      try {
        assert.deepEqual(await pruneTrees(parent, runTool), DONE);

        assert.deepEqual(namesIn(parent), ["2", "3", "current"]);
      } finally {
        child.kill("SIGKILL");
        await child.status;
      }
      assert.deepEqual(await pruneTrees(parent, runTool), DONE);
      assert.deepEqual(namesIn(parent), ["3", "current"]);
    } finally {
      await Deno.remove(parent, { recursive: true });
    }
  },
);

Deno.test("installTree() removes old releases before it makes a new one", needsRoot, async () => {
  const parent = await Deno.makeTempDir({ prefix: "hearth-prune-" });
  try {
    await Deno.mkdir(`${parent}/1`);
    await Deno.mkdir(`${parent}/2`);
    await Deno.symlink("2", `${parent}/current`);

    const outcome = await installTree({ path: `${parent}/3` }, {
      isRelease: true,
      async make(into) {
        await Deno.mkdir(into);
        return DONE;
      },
    }, { runTool });

    assert.deepEqual(outcome, DONE);
    assert.deepEqual(namesIn(parent), ["2", "3", "current"]);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

function namesIn(parent: string): readonly string[] {
  return [...Deno.readDirSync(parent)].map(({ name }) => name).sort();
}
