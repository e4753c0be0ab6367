/**
 * What carries out the actions on a machine that take the network or somebody else's program.
 *
 * Runs `/usr/bin/{apt-get,dpkg,curl,unzip,setpriv,ln,chmod,chown,sync,systemctl,systemd-sysusers}`,
 * `/usr/sbin/visudo` and what it installs below `/opt/hearth`.
 *
 * @module
 */
import type { EnvReader } from "../../core/env.ts";
import type { TreeRecipe } from "../action.ts";
import { failed } from "../real/outcome.ts";
import type { Performers } from "../real/performers.ts";
import type { RunTool } from "../real/run_tool.ts";
import { type AppSources, MCP_LOCK_DIR } from "./app/app_sources.ts";
import { installAccounts } from "./perform/install_accounts.ts";
import { installPackages } from "./perform/install_packages.ts";
import { installSudoers } from "./perform/install_sudoers.ts";
import { downloadEnv } from "./trees/download_env.ts";
import { installTree, type TreeMaker } from "./trees/install_tree.ts";
import { type Binaries, binariesMaker } from "./trees/make_binaries.ts";
import { appMaker } from "./trees/make_app.ts";
import { kubeloginMaker } from "./trees/make_kubelogin.ts";
import { mcpMaker } from "./trees/make_mcp.ts";
import { nodeMaker } from "./trees/make_node.ts";
import { TREES_DIR } from "./tree_step.ts";

/** What they need. */
export interface HostPerformerDeps {
  /** The program's variables: the registry and the proxy are there. */
  readonly env: EnvReader;
  /** The Deno that runs. */
  readonly deno: string;
  /** The processor. */
  readonly architecture: "amd64" | "arm64" | undefined;
  /** Where the sources are. */
  readonly root: string;
  /** The sources. */
  readonly sources: AppSources;
  /** Compiled programs; `undefined` where wrappers run the sources. */
  readonly binaries: Binaries | undefined;
}

/** The kinds of action they carry out. */
export type HostPerformers = Pick<
  Performers,
  "install_packages" | "install_tree" | "install_accounts" | "install_sudoers"
>;

/** One performer for each kind. */
export function hostPerformers(deps: HostPerformerDeps): HostPerformers {
  const env = downloadEnv(deps.env);
  return {
    install_packages: (action, context) => installPackages(action, context, env),
    install_tree: (action, context) => {
      const maker = makerOf(action.recipe, deps, env, context.runTool);
      if (maker !== undefined) return installTree(action, maker, context);
      return Promise.resolve(failed(`Cannot install ${action.path}: no such release is known`));
    },
    install_accounts: installAccounts,
    install_sudoers: installSudoers,
  };
}

function makerOf(
  recipe: TreeRecipe,
  { deno, architecture, root, sources, binaries }: HostPerformerDeps,
  env: Readonly<Record<string, string>>,
  runTool: RunTool,
): TreeMaker | undefined {
  switch (recipe.kind) {
    case "node":
      if (architecture === undefined) return undefined;
      return nodeMaker({ runTool, deno, env, architecture });
    case "mcp":
      return mcpMaker({
        runTool,
        node: `${TREES_DIR}/node/current`,
        lockDirectory: `${root}/${MCP_LOCK_DIR}`,
        env,
        version: recipe.version,
      });
    case "kubelogin":
      return kubeloginMaker(recipe, { runTool, env });
    case "binaries":
      return recipe.digest === binaries?.digest ? binariesMaker(binaries) : undefined;
    case "app":
      return recipe.digest === sources.digest
        ? appMaker(sources, { runTool, deno, env })
        : undefined;
  }
}
