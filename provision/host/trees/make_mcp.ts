/**
 * The MCP server with its packages, as a lock file names them: `npm ci`, no scripts run.
 *
 * @module
 */
import { type Outcome } from "../../item.ts";
import { printable } from "../../real/printable.ts";
import type { RunTool } from "../../real/run_tool.ts";
import type { TreeMaker } from "./install_tree.ts";
import { startsAs } from "./make_node.ts";
import { MORTAL_ROOT } from "./run_deno.ts";

const DEADLINE_MS = 900_000;

/** What making the MCP server needs. */
export interface McpDeps {
  /** Runs programs. */
  readonly runTool: RunTool;
  /** The Node tree that installs it. */
  readonly node: string;
  /** The directory of `package.json` and `package-lock.json`. */
  readonly lockDirectory: string;
  /** npm's variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Which MCP server. */
  readonly version: string;
}

/** Makes `node_modules/@playwright/mcp` and what it needs. */
export function mcpMaker(deps: McpDeps): TreeMaker {
  const { runTool, node, lockDirectory, env, version } = deps;
  return {
    async make(into, work) {
      await Deno.mkdir(into, { mode: 0o755 });
      for (const name of ["package.json", "package-lock.json"]) {
        await Deno.copyFile(`${lockDirectory}/${name}`, `${into}/${name}`);
      }
      const installed = await npmCi(into, work);
      if (!installed.isDone) return installed;
      const cli = `${into}/node_modules/@playwright/mcp/cli.js`;
      return await startsAs(`${node}/bin/node`, [cli, "--version"], `Version ${version}`, runTool);
    },
  };

  async function npmCi(into: string, work: string): Promise<Outcome> {
    const { trouble, stderr } = await runTool({
      command: "/usr/bin/env",
      as: MORTAL_ROOT,
      args: [
        `--chdir=${into}`,
        `${node}/bin/node`,
        `${node}/lib/node_modules/npm/bin/npm-cli.js`,
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--omit=dev",
        `--cache=${work}/npm`,
        "--loglevel=error",
      ],
      env: { ...env, PATH: `${node}/bin:/usr/bin:/bin` },
      deadlineMs: DEADLINE_MS,
    });
    if (trouble === undefined) return { isDone: true };
    const lines = stderr.split("\n").map((line) => printable(line).trim())
      .filter((line) => line.startsWith("npm error ")).map((line) => line.slice(10))
      .filter((line) => !/^(?:code |A complete log)/.test(line));
    const error = lines.slice(0, 3).join("; ").slice(0, 600) || trouble;
    return { isDone: false, error, isRefused: /\bEINTEGRITY\b/.test(stderr) };
  }
}
