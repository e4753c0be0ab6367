/**
 * Trees made of the real packages, by the real tools.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../../../core/process.ts";
import { ROOT } from "../../../tests/gate/repository.ts";
import { DONE } from "../../item.ts";
import { runTool } from "../../real/run_tool.ts";
import { loadAppSources, MCP_LOCK_DIR } from "../app/app_sources.ts";
import { MCP_VERSION, NODE_PACKAGES, NODE_VERSION } from "../pins.ts";
import { checkTree } from "./check_tree.ts";
import { downloadEnv } from "./download_env.ts";
import { installTree } from "./install_tree.ts";
import { appMaker } from "./make_app.ts";
import { mcpMaker } from "./make_mcp.ts";
import { nodeMaker } from "./make_node.ts";

const needsRoot = { ignore: Deno.uid() !== 0 };
const deno = Deno.execPath();
const env = downloadEnv(Deno.env);
const architecture = Deno.build.arch === "aarch64" ? "arm64" : "amd64";

Deno.test(
  "installTree() brings Node, npm and the MCP server to a machine without any",
  needsRoot,
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "hearth-trees-" });
    try {
      const node = `${directory}/node`;
      const mcp = `${directory}/mcp`;
      const nodeOutcome = await installTree(
        { path: node },
        nodeMaker({ runTool, deno, env, architecture }),
        { runTool },
      );
      assert.deepEqual(nodeOutcome, DONE);
      const lockDirectory = `${ROOT}${MCP_LOCK_DIR}`;
      const mcpOutcome = await installTree(
        { path: mcp },
        mcpMaker({ runTool, node, lockDirectory, env, version: MCP_VERSION }),
        { runTool },
      );
      assert.deepEqual(mcpOutcome, DONE);

      // A registry that serves another package for the same version.
      const forged = `${directory}/forged`;
      await Deno.mkdir(forged);
      await Deno.copyFile(`${lockDirectory}/package.json`, `${forged}/package.json`);
      const lock = await Deno.readTextFile(`${lockDirectory}/package-lock.json`);
      const [first = ""] = /sha512-[^"]{8}/.exec(lock) ?? [];
      await Deno.writeTextFile(
        `${forged}/package-lock.json`,
        lock.replace(first, "sha512-AAAAAAAA"),
      );
      const refused = await installTree(
        { path: `${directory}/other` },
        mcpMaker({ runTool, node, lockDirectory: forged, env, version: MCP_VERSION }),
        { runTool },
      );
      assert.ok(!refused.isDone);
      assert.equal(refused.isRefused, true, refused.error);
      await Deno.remove(forged, { recursive: true });

      const npm = await runCommand(`${node}/bin/npm`, ["--version"], {
        env: { PATH: `${node}/bin` },
      });
      const npx = await runCommand(`${node}/bin/npx`, ["--version"], {
        env: { PATH: `${node}/bin` },
      });
      assert.deepEqual([npm.stdout.trim(), npx.stdout.trim()], ["11.19.1", "11.19.1"]);
      assert.deepEqual([checkTree(node), checkTree(mcp)], ["whole", "whole"]);
      assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name).sort(), [
        "mcp",
        "node",
      ]);
      const { mode, uid } = await Deno.stat(`${mcp}/node_modules/@playwright/mcp/cli.js`);
      assert.equal((mode ?? 0) & 0o022, 0, "somebody else may write it");
      assert.equal(uid, 0);

      await Deno.writeTextFile(`${mcp}/node_modules/@playwright/mcp/cli.js`, "// changed");
      assert.equal(checkTree(mcp), "damaged");
      await Deno.chmod(`${node}/bin/node`, 0o644);
      assert.equal(checkTree(node), "damaged");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test("installTree() refuses a Node whose digest is another", needsRoot, async () => {
  const directory = await Deno.makeTempDir({ prefix: "hearth-trees-" });
  try {
    const path = `${directory}/${NODE_VERSION}`;
    const nodePackage = {
      ...NODE_PACKAGES[architecture],
      integrity: NODE_PACKAGES[architecture === "amd64" ? "arm64" : "amd64"].integrity,
    };

    const outcome = await installTree(
      { path },
      nodeMaker({ runTool, deno, env, architecture, nodePackage }),
      { runTool },
    );

    assert.ok(!outcome.isDone);
    assert.match(outcome.error, /checksum/i);
    assert.equal(outcome.isRefused, true);
    assert.deepEqual([...Deno.readDirSync(directory)], []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test(
  "installTree() leaves nothing when the registry cannot be reached",
  needsRoot,
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "hearth-trees-" });
    try {
      const path = `${directory}/${NODE_VERSION}`;
      const away = { ...env, NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/" };

      const outcome = await installTree(
        { path },
        nodeMaker({ runTool, deno, env: away, architecture }),
        { runTool },
      );

      assert.ok(!outcome.isDone);
      assert.match(outcome.error, /^Cannot install .*127\.0\.0\.1:9/);
      assert.equal(outcome.isRefused, false);
      assert.deepEqual([...Deno.readDirSync(directory)], []);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test(
  "installTree() installs programs that start offline for anybody, and reinstall themselves",
  needsRoot,
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "hearth-trees-" });
    try {
      await Deno.chmod(directory, 0o755);
      const sources = await loadAppSources(ROOT, Deno.version.deno);
      const path = `${directory}/${sources.digest}`;

      const outcome = await installTree({ path }, appMaker(sources, { runTool, deno, env }), {
        runTool,
      });

      assert.deepEqual(outcome, DONE);
      assert.equal(checkTree(path), "whole");
      const again = await loadAppSources(path, Deno.version.deno);
      assert.equal(again.digest, sources.digest);
      assert.deepEqual([...again.files.keys()].sort(), [...sources.files.keys()].sort());
      assert.ok(
        ![...sources.files.keys()].some((name) => /_test\.ts$|^(?:tests|bench)\//.test(name)),
      );
      const started = await runTool({
        command: "/usr/bin/unshare",
        args: [
          "--net",
          "/usr/bin/setpriv",
          "--reuid=65534",
          "--regid=65534",
          "--clear-groups",
          `${path}/bin/deno`,
          ...["run", "-q", "--no-prompt", "--cached-only", "--frozen", "--node-modules-dir=none"],
          ...["-P=roster", `${path}/roster.ts`, "--help"],
        ],
        env: {
          DENO_DIR: `${path}/deno_dir`,
          NPM_CONFIG_REGISTRY: "https://packages.invalid/",
          HOME: "/nonexistent",
        },
      });
      assert.equal(started.trouble, undefined);
      assert.match(started.stdout, /^Usage: roster/);
      assert.equal(checkTree(path), "whole");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);
