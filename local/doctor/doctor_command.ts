/**
 * `hearth doctor`: what is wrong with this machine or a cluster, and what mends it.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../core/clock.ts";
import { defineCommand, parseCommand, usageFault } from "../../core/command.ts";
import type { ProgramContext } from "../../core/program.ts";
import { startProgress } from "../../core/progress.ts";
import { unlessAborted } from "../../core/unless_aborted.ts";
import { defaultDataDir } from "../data_dir.ts";
import { ALL_CHECKS } from "./checks/all_checks.ts";
import { ALL_CLUSTER_CHECKS } from "./cluster/all_cluster_checks.ts";
import { gatherCluster } from "./cluster/gather_cluster.ts";
import { quoted } from "./command_line.ts";
import { type CheckResult, examine } from "./finding.ts";
import { gatherFacts } from "./gather/gather_facts.ts";
import { doctorJson, doctorText, isWell } from "./report.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Where the manifests put everything. */
const NAMESPACE = "chrome-service";

/**
 * Runs it. Nothing is changed, and no secret leaves its file.
 *
 * @param context The program's.
 */
export async function runDoctor(context: ProgramContext): Promise<number | void> {
  const { args, env, signal, print } = context;
  const name = "hearth doctor";
  const command = defineCommand({
    name,
    description: "Say what is wrong with this machine or a cluster, and the command that mends it.",
    examples: [
      ["hearth doctor", "a person's machine as that person; a dev box as root"],
      ["hearth doctor --cluster", "the cluster of kubectl's current context, by kubectl get"],
      ["hearth doctor --cluster --context prod", "another one"],
      ["hearth doctor --json", "one JSON object, for a machine"],
    ],
    exitCodes: { 0: "nothing is wrong", 1: "something is", 2: "bad usage" },
  }).option("--data <dir>", "directory of the pipeline on this machine")
    .option("--config <directory>", "where a dev box has its roster (default: /etc/hearth)")
    .option("--cluster", "look at a cluster instead of this machine; asks, and changes nothing")
    .option("--context <name>", "a context of kubectl's configuration")
    .option("--namespace <name>", `where in the cluster (default: ${NAMESPACE})`)
    .option("--json", "one JSON object instead of text");
  if (parseCommand(command, args) === "done") return;
  const { data, config, cluster, context: contextName, namespace, json } = command.opts();
  if (cluster === undefined && (contextName ?? namespace) !== undefined) {
    throw usageFault("--context and --namespace need --cluster", name);
  }
  if (cluster !== undefined && (data ?? config) !== undefined) {
    throw usageFault("--data and --config cannot be used with --cluster", name);
  }
  // What is not written cannot be written by mistake.
  await Deno.permissions.revoke({ name: "write" });
  using progress = startProgress("Looking", systemClock);
  const looking = cluster
    ? lookAtCluster(contextName, namespace)
    : lookAtMachine(env, data, config);
  const results = await unlessAborted(looking, signal);
  progress.about(undefined);
  const isColoured = Deno.stdout.isTerminal() && !Deno.noColor;
  print(json ? doctorJson(results) : doctorText(results, isColoured));
  return isWell(results) ? 0 : 1;
}

async function lookAtMachine(
  env: ProgramContext["env"],
  data: string | undefined,
  config: string | undefined,
): Promise<readonly CheckResult[]> {
  const facts = await gatherFacts({
    root: ROOT,
    config: resolve(config ?? "/etc/hearth"),
    home: env.get("HOME") ?? "/",
    dataDir: data === undefined ? defaultDataDir(env) : resolve(data),
    snapshotUrl: env.get("PLAYWRIGHT_SNAPSHOT_URL"),
    told: { config: option("config", config), data: option("data", data) },
    now: systemClock.now,
  });
  return examine(ALL_CHECKS, facts);
}

async function lookAtCluster(
  context: string | undefined,
  namespace: string = NAMESPACE,
): Promise<readonly CheckResult[]> {
  const manifests = `${ROOT}k8s/`;
  const facts = await gatherCluster({ context, namespace, manifests, now: systemClock.now });
  return examine(ALL_CLUSTER_CHECKS, facts);
}

/** An option as it is passed on to another command, from any directory. */
function option(name: string, path: string | undefined): string {
  return path === undefined ? "" : ` --${name} ${quoted(resolve(path))}`;
}
