/**
 * Node with npm, from the packages of the npm registry: a machine needs neither to get them.
 *
 * @module
 */
import { DONE, type Outcome } from "../../item.ts";
import { failed } from "../../real/outcome.ts";
import type { RunTool } from "../../real/run_tool.ts";
import { NODE_PACKAGES, NPM_PACKAGE, type PinnedPackage } from "../pins.ts";
import { findPackage } from "./find_package.ts";
import type { TreeMaker } from "./install_tree.ts";
import { runDeno } from "./run_deno.ts";

/** What making Node needs. */
export interface NodeDeps {
  /** Runs programs. */
  readonly runTool: RunTool;
  /** The Deno that downloads. */
  readonly deno: string;
  /** Its variables. */
  readonly env: Readonly<Record<string, string>>;
  /** The processor. */
  readonly architecture: "amd64" | "arm64";
  /** Node's program. @default {NODE_PACKAGES} */
  readonly nodePackage?: PinnedPackage;
}

/** Makes `bin/{node,npm,npx}` and what they need. */
export function nodeMaker(deps: NodeDeps): TreeMaker {
  const { runTool, deno, env, architecture } = deps;
  const node = deps.nodePackage ?? NODE_PACKAGES[architecture];
  return {
    async make(into, work) {
      await Deno.writeTextFile(`${work}/deno.json`, configOf([node, NPM_PACKAGE]));
      await Deno.writeTextFile(`${work}/deno.lock`, lockOf([node, NPM_PACKAGE]));
      const cache = `${work}/cache`;
      const fetched = await runDeno(runTool, {
        deno,
        args: ["install", "--quiet", "--frozen"],
        cwd: work,
        env: { ...env, DENO_DIR: cache },
      });
      if (!fetched.isDone) return fetched;
      const found = await findPackage(`${cache}/npm`, node.name, node.version);
      const npm = await findPackage(`${cache}/npm`, NPM_PACKAGE.name, NPM_PACKAGE.version);
      if (found === undefined || npm === undefined) {
        return failed("Deno did not keep what it downloaded where it used to");
      }
      await Deno.rename(found, into);
      await Deno.mkdir(`${into}/lib/node_modules`, { recursive: true });
      await Deno.rename(npm, `${into}/lib/node_modules/npm`);
      for (const name of ["npm", "npx"]) {
        const target = `../lib/node_modules/npm/bin/${name}-cli.js`;
        const { trouble } = await runTool({
          command: "/usr/bin/ln",
          args: ["--symbolic", "--", target, `${into}/bin/${name}`],
        });
        if (trouble !== undefined) return failed(trouble);
      }
      return await startsAs(`${into}/bin/node`, ["--version"], `v${node.version}`, runTool);
    },
  };
}

/** Whether a program runs on this machine, and is the one it should be. */
export async function startsAs(
  program: string,
  args: readonly string[],
  expected: string,
  runTool: RunTool,
): Promise<Outcome> {
  const { stdout, trouble } = await runTool({ command: program, args });
  if (trouble !== undefined) return failed(`what was downloaded does not run here: ${trouble}`);
  if (stdout.trim() !== expected) {
    return failed(`what was downloaded calls itself "${stdout.trim().slice(0, 40)}"`);
  }
  return DONE;
}

function configOf(packages: readonly PinnedPackage[]): string {
  const imports = packages.map(({ name, version }) => [name, `npm:${name}@${version}`]);
  return JSON.stringify({ nodeModulesDir: "none", imports: Object.fromEntries(imports) });
}

/** Deno's lock file, version 5: a tarball of another digest is refused. */
function lockOf(packages: readonly PinnedPackage[]): string {
  const specifiers = packages.map(({ name, version }) => [`npm:${name}@${version}`, version]);
  const entries = packages.map(({ name, version, integrity }) => [
    `${name}@${version}`,
    { integrity, bin: true },
  ]);
  return JSON.stringify({
    version: "5",
    specifiers: Object.fromEntries(specifiers),
    npm: Object.fromEntries(entries),
    workspace: { dependencies: specifiers.map(([specifier]) => specifier) },
  });
}
