/**
 * What the API server of a cluster has where everything that the manifests make is well.
 *
 * @module
 */
import { parseAllDocuments } from "yaml";
import { kustomize } from "./kubectl.ts";
import { ROOT } from "./program.ts";
import type { ApiObject } from "./stand_in_cluster.ts";

/** A moment so many hours ago. */
export function ago(hours: number): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString();
}

/** A Pod as its status is once everything is ready. */
export function wellPod(): ApiObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "chrome-service-5d4f8c7b9-x2x2x",
      creationTimestamp: ago(5),
      labels: { "app.kubernetes.io/name": "chrome-service", "app.kubernetes.io/part-of": "hearth" },
    },
    spec: { nodeName: "node-1" },
    status: {
      phase: "Running",
      conditions: [{ type: "PodScheduled", status: "True" }],
      containerStatuses: ["chrome", "bridge", "snapshot-server", "harvester"].map((name) => ({
        ...{
          name,
          image: `registry.example.com/hearth/${name}:0.1.0`,
          ready: true,
          restartCount: 0,
        },
        ...{ state: { running: { startedAt: ago(5) } }, lastState: {} },
      })),
    },
  };
}

let manifests: Promise<string> | undefined;

/** What the manifests make, as it is once all of it is well. */
export async function wellObjects(): Promise<ApiObject[]> {
  manifests ??= kustomize(`${ROOT}k8s/base`);
  const rendered = parseAllDocuments(await manifests)
    .map((document) => document.toJS() as ApiObject);
  for (const each of rendered) {
    each.metadata["creationTimestamp"] = ago(100);
    if (each.kind === "PersistentVolumeClaim") each["status"] = { phase: "Bound" };
    if (each.kind === "CronJob") each["status"] = { lastSuccessfulTime: ago(0.5) };
  }
  const secret = { apiVersion: "v1", kind: "Secret", type: "Opaque" };
  const token = { api_bearer_token: btoa("s3cret") };
  return [
    ...rendered,
    { ...secret, metadata: { name: "chrome-service-secrets" }, data: token },
    wellPod(),
  ];
}
