/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { DONE } from "../../item.ts";
import { runTool } from "../../real/run_tool.ts";
import { checkTree } from "./check_tree.ts";
import { installTree, type TreeMaker } from "./install_tree.ts";
import { manifestText, parseManifest } from "./tree_manifest.ts";

const needsRoot = { ignore: Deno.uid() !== 0 };

/** A tree with a program, a deep file, a link and a cache. */
const MAKER: TreeMaker = {
  async make(into) {
    await Deno.mkdir(`${into}/a/b`, { recursive: true, mode: 0o700 });
    await Deno.mkdir(`${into}/cache`);
    await Deno.writeTextFile(`${into}/program`, "#!/bin/sh\n", { mode: 0o700 });
    await Deno.writeTextFile(`${into}/a/b/file`, "text", { mode: 0o666 });
    await Deno.writeTextFile(`${into}/cache/note`, "1");
    await Deno.symlink("a/b/file", `${into}/link`);
    return DONE;
  },
  isLeftOut: (path) => path.startsWith("cache/"),
};

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-tree-" });
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const namesIn = (directory: string) => [...Deno.readDirSync(directory)].map(({ name }) => name);

Deno.test(
  "installTree() seals a tree that everybody reads and root alone writes",
  needsRoot,
  () =>
    inDirectory(async (directory) => {
      const path = `${directory}/1`;

      assert.deepEqual(await installTree({ path }, MAKER, { runTool }), DONE);

      assert.equal(checkTree(path), "whole");
      const modes = ["", "/a/b", "/program", "/a/b/file"].map((name) =>
        (Deno.statSync(`${path}${name}`).mode ?? 0) & 0o777
      );
      assert.deepEqual(modes, [0o755, 0o755, 0o755, 0o644]);
      assert.deepEqual(namesIn(directory), ["1"]);
    }),
);

Deno.test.each([
  ["a file was changed", (path: string) => Deno.writeTextFile(`${path}/a/b/file`, "texT")],
  ["a file is gone", (path: string) => Deno.remove(`${path}/a/b/file`)],
  ["a file became a directory", async (path: string) => {
    await Deno.remove(`${path}/a/b/file`);
    await Deno.mkdir(`${path}/a/b/file`);
  }],
  ["a link leads elsewhere", async (path: string) => {
    await Deno.remove(`${path}/link`);
    await Deno.symlink("/etc/passwd", `${path}/link`);
  }],
  ["a file became a link to the same", async (path: string) => {
    await Deno.rename(`${path}/a/b/file`, `${path}/a/b/other`);
    await Deno.symlink("other", `${path}/a/b/file`);
  }],
  ["a program may not run any more", (path: string) => Deno.chmod(`${path}/program`, 0o644)],
  [
    "the seal is gone",
    (path: string) => Deno.remove(`${path}/.hearth-manifest.json`),
  ],
  [
    "the seal is half written",
    (path: string) => Deno.writeTextFile(`${path}/.hearth-manifest.json`, '{"version":1,'),
  ],
])(
  "checkTree() finds a tree damaged, and installTree() makes it anew, when %s",
  (_, damage) =>
    Deno.uid() !== 0 ? Promise.resolve() : inDirectory(async (directory) => {
      const path = `${directory}/1`;
      await installTree({ path }, MAKER, { runTool });
      await damage(path);

      assert.equal(checkTree(path), "damaged");
      assert.deepEqual(await installTree({ path }, MAKER, { runTool }), DONE);

      assert.equal(checkTree(path), "whole");
      assert.deepEqual(namesIn(directory), ["1"]);
    }),
);

Deno.test(
  "checkTree() does not mind what a program notes in its cache",
  needsRoot,
  () =>
    inDirectory(async (directory) => {
      const path = `${directory}/1`;
      await installTree({ path }, MAKER, { runTool });

      await Deno.writeTextFile(`${path}/cache/note`, "2");

      assert.equal(checkTree(path), "whole");
      assert.equal(checkTree(`${directory}/2`), "absent");
    }),
);

Deno.test(
  "installTree() keeps the old tree and leaves nothing when the new one fails",
  needsRoot,
  () =>
    inDirectory(async (directory) => {
      const path = `${directory}/1`;
      await installTree({ path }, MAKER, { runTool });
      const failing: TreeMaker = {
        async make(into) {
          await Deno.mkdir(into);
          return { isDone: false, error: "the disk is full" };
        },
      };

      const outcome = await installTree({ path }, failing, { runTool });

      assert.deepEqual(outcome, {
        isDone: false,
        error: `Cannot install ${path}: the disk is full`,
      });
      assert.equal(checkTree(path), "whole");
      assert.deepEqual(namesIn(directory), ["1"]);
    }),
);

Deno.test(
  "installTree() comes through when it is killed at any instant",
  needsRoot,
  () =>
    inDirectory(async (directory) => {
      const path = `${directory}/1`;
      const script = `${directory}/install.ts`;
      const room = new URL(".", import.meta.url);
      await Deno.writeTextFile(
        script,
        `import { installTree } from "${room}install_tree.ts";
       import { runTool } from "${new URL("../../real/run_tool.ts", room)}";
       console.log("begun");
       await installTree({ path: ${JSON.stringify(path)} }, {
         async make(into) {
           await Deno.mkdir(into);
           for (let at = 0; at < 200; at++) await Deno.writeTextFile(\`\${into}/\${at}\`, "text");
           return { isDone: true };
         },
       }, { runTool });`,
      );
      for (const delayMs of [0, 5, 10, 20, 40, 60, 80, 100, 150]) {
        const child = new Deno.Command(Deno.execPath(), {
          args: [
            "run",
            "-A",
            "--quiet",
            "--config",
            new URL("../../../deno.json", room).pathname,
            script,
          ],
          stdout: "piped",
          stderr: "null",
        }).spawn();
        const reader = child.stdout.getReader();
        await reader.read();
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        try {
          child.kill("SIGKILL");
        } catch (error) {
          assert.ok(error instanceof TypeError, "it could not be killed");
        }
        await child.status;
        await reader.cancel();
        assert.notEqual(checkTree(path), "damaged", `killed after ${delayMs} ms`);

        assert.deepEqual(await installTree({ path }, MAKER, { runTool }), DONE);

        assert.equal(checkTree(path), "whole");
        assert.deepEqual(namesIn(directory).sort(), ["1", "install.ts"]);
        await Deno.remove(path, { recursive: true });
      }
    }),
);

Deno.test("parseManifest() reads what manifestText() writes, and nothing that leads outside", () => {
  const path = fc.stringMatching(/^[a-z@ ][a-z./ -]{0,12}$/).filter((text) =>
    text.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
  const seal = fc.record({
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
    is_executable: fc.boolean(),
  }, { noNullPrototype: true });
  fc.assert(fc.property(
    fc.dictionary(path, seal, { noNullPrototype: true }),
    fc.dictionary(path, fc.string(), { noNullPrototype: true }),
    (files, links) => {
      const manifest = { version: 1 as const, files, links };

      assert.deepEqual(parseManifest(manifestText(manifest)), manifest);
    },
  ));
  for (const bad of ["../x", "/etc/passwd", "a/../b", "", "a//b"]) {
    const links = { [bad]: "x" };
    assert.equal(parseManifest(manifestText({ version: 1, files: {}, links })), undefined);
  }
  assert.equal(parseManifest("{}"), undefined);
  assert.equal(parseManifest("not JSON"), undefined);
});
