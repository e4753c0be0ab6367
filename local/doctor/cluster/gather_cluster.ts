/**
 * What a cluster is like, by `kubectl get`: nothing is asked for that changes anything.
 *
 * It is the asking person's kubectl, with their context and their rights; what they may not list is
 * said to be skipped. Of Secrets the API server is asked for the table alone, in which no value is.
 *
 * @module
 */
import { z } from "zod";
import { quoted } from "../command_line.ts";
import { runTool } from "../gather/run_tool.ts";
import type { SecretSeen } from "./api_objects.ts";
import {
  CLAIM,
  CRON_JOB,
  DEPLOYMENT,
  EVENT,
  NAMESPACE,
  NETWORK_POLICY,
  POD,
  SERVICE,
} from "./api_schemas.ts";
import type { Asked, ClusterFacts } from "./cluster_facts.ts";

/** Which cluster, and where in it. */
export interface ClusterPlace {
  /** A context of kubectl's configuration; its current one where it is `undefined`. */
  readonly context: string | undefined;
  /** The namespace. */
  readonly namespace: string;
  /** Where Hearth's manifests are, with a slash at its end. */
  readonly manifests: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What setpriv(1) ends with where there is no such program. */
const NOT_FOUND = 127;

/** Longer than kubectl takes to give up one try of a server that is away. */
const TIMEOUT = "--request-timeout=20s";

/** Asks for everything that is looked at. */
export async function gatherCluster(place: ClusterPlace): Promise<ClusterFacts> {
  const { context, namespace, manifests, now } = place;
  const where = [
    ...context === undefined ? [] : [`--context=${context}`],
    `--namespace=${namespace}`,
  ];
  const kubectl = (...args: readonly string[]) => runTool("kubectl", [...where, TIMEOUT, ...args]);
  const facts = {
    nowMs: now(),
    kubectl: ["kubectl", ...where].map(quoted).join(" "),
    manifests: quoted(manifests.replace(/\/$/, "")),
    namespace,
  };
  const none = { items: [] };
  const nothing: Omit<ClusterFacts, keyof typeof facts | "error"> = {
    ...{ namespaces: none, deployments: none, pods: none, claims: none, cronJobs: none },
    ...{ services: none, policies: none, events: none, secrets: none },
  };
  // Asked first: who cannot be reached need not be waited for nine times.
  const found = await kubectl("get", "namespace", namespace, "-o", "json", "--ignore-not-found");
  if (found.code === NOT_FOUND) {
    const error = { text: "There is no kubectl to ask the cluster with", kind: "kubectl" } as const;
    return { ...facts, ...nothing, error };
  }
  if (found.code !== 0 && !isRefusal(found.stderr)) {
    const text = `The cluster cannot be asked: ${lastLine(found.stderr)}`;
    return { ...facts, ...nothing, error: { text, kind: "server" } };
  }
  const namespaces = found.code === 0
    ? { items: found.stdout.trim() === "" ? [] : [NAMESPACE.parse(JSON.parse(found.stdout))] }
    : { refused: refusalText("namespaces") };
  if ("items" in namespaces && namespaces.items.length === 0) {
    return { ...facts, ...nothing, namespaces, error: undefined };
  }
  const list = async <T>(kind: string, schema: z.ZodType<T>): Promise<Asked<T>> => {
    const { code, stdout, stderr } = await kubectl("get", kind, "-o", "json");
    return code === 0
      ? { items: z.object({ items: z.array(schema) }).parse(JSON.parse(stdout)).items }
      : { refused: isRefusal(stderr) ? refusalText(kind) : `${kind}: ${lastLine(stderr)}` };
  };
  const [deployments, pods, claims, cronJobs, services, policies, events, secrets] = await Promise
    .all([
      list("deployments", DEPLOYMENT),
      list("pods", POD),
      list("persistentvolumeclaims", CLAIM),
      list("cronjobs", CRON_JOB),
      list("services", SERVICE),
      list("networkpolicies", NETWORK_POLICY),
      list("events", EVENT),
      kubectl("get", "secrets", "--no-headers").then(({ code, stdout, stderr }) =>
        code === 0
          ? { items: parseSecrets(stdout) }
          : { refused: isRefusal(stderr) ? refusalText("secrets") : lastLine(stderr) }
      ),
    ]);
  return {
    ...{ ...facts, error: undefined, namespaces, deployments, pods, claims, cronJobs, services },
    ...{ policies, events, secrets },
  };
}

/** Secrets of kubectl's table: name, type, how many keys, age. */
export function parseSecrets(table: string): readonly SecretSeen[] {
  return table.split("\n").flatMap((line) => {
    const [, name, keys] = /^(\S+)\s+\S+\s+(\d+)\s+\S+/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, keys: Number(keys) }];
  });
}

function isRefusal(stderr: string): boolean {
  return stderr.includes("(Forbidden)");
}

function refusalText(kind: string): string {
  return `you may not list ${kind} there`;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
}
