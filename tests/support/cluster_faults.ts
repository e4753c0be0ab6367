/**
 * What goes wrong with the pod's objects in a cluster, and what the doctor says of it.
 *
 * @module
 */
import type { ApiObject, StandInCluster } from "./stand_in_cluster.ts";
import { ago, wellPod } from "./well_cluster.ts";

const HARVESTER = "chrome-service-snapshot-harvester";

/** A fault: what to do to the objects, and what the doctor says. */
export type ClusterFault = readonly [
  what: string,
  plant: (of: (kind: string, name?: string) => ApiObject, cluster: StandInCluster) => void,
  wanted: RegExp,
];

const remove = (kind: string, name: string): ClusterFault[1] => (of, cluster) => {
  const gone = of(kind, name);
  cluster.objects = cluster.objects.filter((each) => each !== gone);
};
const container = (pod: ApiObject) => pod["status"].containerStatuses[0];

/** Those that the printed command mends. */
export const MENDED: readonly ClusterFault[] = [
  [
    "anybody's pods are admitted",
    (of) =>
      delete (of("Namespace").metadata["labels"] as Record<string, string>)[
        "pod-security.kubernetes.io/enforce"
      ],
    /^access: Namespace "chrome-service" admits any pod, must admit restricted ones alone$/,
  ],
  [
    "the token is missing",
    remove("Secret", "chrome-service-secrets"),
    /^secrets: There is no secret\/chrome-service-secrets$/,
  ],
  [
    "the token is empty",
    (of) => of("Secret")["data"] = {},
    /^secrets: secret\/chrome-service-secrets is empty$/,
  ],
  [
    "the claim of the backups is missing",
    remove("PersistentVolumeClaim", "chrome-service-backup-host"),
    /^volumes: There is no persistentvolumeclaim\/chrome-service-backup-host$/,
  ],
  [
    "a volume has grown and its file system has not",
    (of) =>
      of("PersistentVolumeClaim")["status"].conditions = [
        { type: "FileSystemResizePending", status: "True" },
      ],
    /^volumes: persistentvolumeclaim\/\S+ has grown, and its file system does when /,
  ],
  [
    "somebody turned it off",
    (of, cluster) => {
      of("Deployment")["spec"].replicas = 0;
      remove("Pod", wellPod().metadata.name)(of, cluster);
    },
    /^workload: deployment\/chrome-service wants 0 pods, must want 1: a profile opens once$/,
  ],
  [
    "somebody wants two of it",
    (of) => of("Deployment")["spec"].replicas = 2,
    /^workload: deployment\/chrome-service wants 2 pods, must want 1/,
  ],
  [
    "its rollout is paused",
    (of) => of("Deployment")["spec"].paused = true,
    /^workload: deployment\/chrome-service is paused/,
  ],
  [
    "it is updated pod by pod",
    (of) =>
      of("Deployment")["spec"].strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } },
    /^workload: deployment\/chrome-service is updated by RollingUpdate, must be by Recreate/,
  ],
  [
    "its pod was evicted",
    (of) => of("Pod")["status"] = { phase: "Failed", reason: "Evicted", message: "low on memory" },
    /^pods: pod\/\S+ was ended \(Evicted\): low on memory$/,
  ],
  [
    "its node is gone",
    (of) => of("Pod").metadata["deletionTimestamp"] = ago(1),
    /^pods: pod\/\S+ does not end: node "node-1" does not answer/,
  ],
  [
    "a container wants more memory",
    (of) =>
      container(of("Pod")).lastState = {
        terminated: { reason: "OOMKilled", exitCode: 137, finishedAt: ago(0.1) },
      },
    /^pods: Container "chrome" of pod\/\S+ had more than its 4Gi of memory/,
  ],
  [
    "a container is not ready",
    (of) => container(of("Pod")).ready = false,
    /^pods: Container "chrome" of pod\/\S+ runs and is not ready$/,
  ],
  [
    "CDP is a port of every node",
    (of) => of("Service", "chrome-service")["spec"].type = "NodePort",
    /^services: service\/chrome-service is a NodePort: the browser is reached from outside/,
  ],
  [
    "the snapshot's Service is missing",
    remove("Service", "chrome-snapshot"),
    /^services: There is no service\/chrome-snapshot$/,
  ],
  [
    "a Service leads elsewhere",
    (of) => of("Service", "chrome")["spec"].selector = { app: "other" },
    /^services: service\/chrome leads to other pods, or to none$/,
  ],
  [
    "the policy that closes everything is missing",
    remove("NetworkPolicy", "default-deny"),
    /^policies: There is no networkpolicy\/default-deny: what it closes is open$/,
  ],
  [
    "everybody may speak CDP",
    (of) =>
      of("NetworkPolicy", "chrome-service-ws-ingress")["spec"].ingress = [{
        ports: [{ protocol: "TCP", port: 9222 }],
      }],
    /^policies: networkpolicy\/chrome-service-ws-ingress lets everybody reach CDP or the live view$/,
  ],
  [
    "somebody opened everything to look at something",
    (of, cluster) => {
      const spec = { podSelector: {}, policyTypes: ["Ingress"], ingress: [{}] };
      const { apiVersion, kind } = of("NetworkPolicy");
      cluster.objects.push({ apiVersion, kind, metadata: { name: "allow-all" }, spec });
    },
    /^policies: networkpolicy\/allow-all lets everybody reach/,
  ],
  [
    "the harvest is suspended",
    (of) => of("CronJob", HARVESTER)["spec"].suspend = true,
    /^jobs: cronjob\/chrome-service-snapshot-harvester is suspended$/,
  ],
  [
    "there has been no backup for a day",
    (of) => of("CronJob", "chrome-service-backup")["status"].lastSuccessfulTime = ago(25),
    /^jobs: cronjob\/chrome-service-backup succeeded 25 hours ago, must every 13$/,
  ],
];

/** Those about which a person has to decide: the printed command shows more. */
export const SHOWN: readonly ClusterFault[] = [
  [
    "there is no such image",
    (of) => {
      const chrome = container(of("Pod"));
      chrome.ready = false;
      chrome.state = { waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } };
    },
    /^pods: Container "chrome" of pod\/\S+ has no image "registry\.example\.com\/\S+" \(ImagePullB/,
  ],
  [
    "a container ends again and again",
    (of) => {
      const chrome = container(of("Pod"));
      Object.assign(chrome, { ready: false, restartCount: 7 });
      chrome.state = { waiting: { reason: "CrashLoopBackOff" } };
      chrome.lastState = { terminated: { reason: "Error", exitCode: 2, finishedAt: ago(0.1) } };
    },
    /^pods: Container "chrome" of pod\/\S+ ended 7 times, with 2 at last$/,
  ],
  [
    "no node has room",
    (of) => {
      const message = "0/3 nodes are available: 3 Insufficient memory.";
      of("Pod")["status"] = {
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
      };
    },
    /^pods: pod\/\S+ has no node: 0\/3 nodes are available: 3 Insufficient memory\.$/,
  ],
  [
    "a claim waits for a volume",
    (of) => of("PersistentVolumeClaim")["status"] = { phase: "Pending" },
    /^volumes: persistentvolumeclaim\/\S+ is Pending, must be Bound$/,
  ],
  [
    "a volume cannot be attached",
    (_of, cluster) =>
      cluster.objects.push({
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: "e1" },
        type: "Warning",
        reason: "FailedAttachVolume",
        message: 'Multi-Attach error for volume "pvc-1"',
        involvedObject: { kind: "Pod", name: "chrome-service-backup-2-abcde" },
        lastTimestamp: ago(0.2),
      }),
    /^events: pod\/chrome-service-backup-2-abcde: FailedAttachVolume: Multi-Attach error/,
  ],
];
