/**
 * `hearth doctor --cluster` with the real kubectl and the rendered manifests, before a stand-in for
 * the API server: each fault is found, nothing else is, and the very command it prints mends it.
 *
 * What only a cluster can say is not shown here: what its admission, its scheduler and its network
 * make of the same commands.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import type { z } from "zod";
import { runCommand } from "../core/process.ts";
import { ALL_CLUSTER_CHECKS } from "../local/doctor/cluster/all_cluster_checks.ts";
import {
  CLAIM,
  CRON_JOB,
  DEPLOYMENT,
  EVENT,
  NAMESPACE,
  NETWORK_POLICY,
  POD,
  SERVICE,
} from "../local/doctor/cluster/api_schemas.ts";
import type { ClusterFacts } from "../local/doctor/cluster/cluster_facts.ts";
import { examine, type Finding } from "../local/doctor/finding.ts";
import { findKubectl, kustomize } from "./support/kubectl.ts";
import { ROOT } from "./support/program.ts";
import { testDirectory } from "./support/snapshot_fixture.ts";
import {
  type ApiObject,
  type StandInCluster,
  startStandInCluster,
} from "./support/stand_in_cluster.ts";

const HARVESTER = "chrome-service-snapshot-harvester";
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

/** A Pod as its status is once everything is ready. */
function wellPod(): ApiObject {
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
async function wellObjects(): Promise<ApiObject[]> {
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

/** A fault: what to do to the objects, and what the doctor says. */
type Fault = readonly [
  what: string,
  plant: (of: (kind: string, name?: string) => ApiObject, cluster: StandInCluster) => void,
  wanted: RegExp,
];

const remove = (kind: string, name: string): Fault[1] => (of, cluster) => {
  const gone = of(kind, name);
  cluster.objects = cluster.objects.filter((each) => each !== gone);
};
const container = (pod: ApiObject) => pod["status"].containerStatuses[0];

const MENDED: readonly Fault[] = [
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

const SHOWN: readonly Fault[] = [
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

/** A cluster where all is well, and a shell whose kubectl speaks to it. */
async function startCluster() {
  await using held = new AsyncDisposableStack();
  const home = held.use(await testDirectory());
  const cluster = held.use(startStandInCluster(wellPod));
  cluster.objects = await wellObjects();
  await Deno.mkdir(`${home.path}/bin`);
  await Deno.symlink(await findKubectl(), `${home.path}/bin/kubectl`);
  const KUBECONFIG = await home.put(
    "config",
    JSON.stringify({
      ...{ apiVersion: "v1", kind: "Config", "current-context": "test" },
      clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${cluster.port}` } }],
      contexts: [{ name: "test", context: { cluster: "c", user: "u" } }],
      users: [{ name: "u", user: {} }],
    }),
  );
  const PATH = `${home.path}/bin:${Deno.env.get("PATH")}`;
  const kept = held.move();
  return {
    cluster,
    /** Runs a command line as a person would. */
    sh: (line: string) =>
      runCommand("/bin/sh", ["-ec", line], { env: { KUBECONFIG, PATH }, deadlineMs: 120_000 }),
    /** Asks the doctor, under its permission set. */
    doctor: (...args: readonly string[]) =>
      runCommand(Deno.execPath(), [
        ...["run", "-q", "--no-prompt", "--frozen", "-P=hearth", `${ROOT}hearth.ts`, "doctor"],
        ...["--cluster", ...args],
      ], { env: { KUBECONFIG, PATH, NO_COLOR: "1" }, deadlineMs: 120_000 }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** What is wrong with objects, without asking anybody. */
function findingsOf(
  objects: readonly ApiObject[],
): readonly (Finding & { readonly line: string })[] {
  const all = <T>(kind: string, schema: z.ZodType<T>) => ({
    items: objects.filter((each) => each.kind === kind).map((each) => schema.parse(each)),
  });
  const facts: ClusterFacts = {
    nowMs: Date.now(),
    kubectl: "kubectl --namespace=chrome-service",
    manifests: `${ROOT}k8s`,
    namespace: "chrome-service",
    error: undefined,
    namespaces: all("Namespace", NAMESPACE),
    deployments: all("Deployment", DEPLOYMENT),
    pods: all("Pod", POD),
    claims: all("PersistentVolumeClaim", CLAIM),
    cronJobs: all("CronJob", CRON_JOB),
    services: all("Service", SERVICE),
    policies: all("NetworkPolicy", NETWORK_POLICY),
    events: all("Event", EVENT),
    secrets: {
      items: objects.filter(({ kind }) => kind === "Secret")
        .map(({ metadata, data }) => ({ name: metadata.name, keys: Object.keys(data).length })),
    },
  };
  return examine(ALL_CLUSTER_CHECKS, facts).flatMap(({ check, findings }) =>
    findings.map((finding) => ({ ...finding, line: `${check}: ${finding.text}` }))
  );
}

function finder(objects: readonly ApiObject[]) {
  return (kind: string, name?: string): ApiObject => {
    const found = objects.find((each) =>
      each.kind === kind && (name === undefined || each.metadata.name === name)
    );
    assert.ok(found !== undefined, `${kind} ${name}`);
    return found;
  };
}

Deno.test("the doctor's kubectl commands mend what they are for when run as they are", async (t) => {
  await using started = await startCluster();
  const { cluster, sh } = started;
  assert.deepEqual(findingsOf(cluster.objects), []);

  for (const [what, plant, wanted] of MENDED) {
    await t.step(what, async () => {
      cluster.objects = await wellObjects();
      plant(finder(cluster.objects), cluster);

      const [found, ...more] = findingsOf(cluster.objects);

      assert.deepEqual(more, []);
      assert.match(found?.line ?? "", wanted);
      assert.equal(found?.does ?? "mend", "mend");
      const { code, stdout, stderr } = await sh(found?.fix ?? "");
      assert.equal(code, 0, `${found?.fix}: ${stdout}${stderr}`);
      assert.deepEqual(findingsOf(cluster.objects).map(({ line }) => line), []);
    });
  }
});

Deno.test("the doctor tells one thing when a person has to decide, and shows more", async (t) => {
  const well = await wellObjects();
  for (const [what, plant, wanted] of SHOWN) {
    await t.step(what, () => {
      const cluster = { objects: structuredClone(well) } as StandInCluster;
      plant(finder(cluster.objects), cluster);

      const found = findingsOf(cluster.objects);

      assert.equal(found.length, 1);
      assert.match(found[0]?.line ?? "", wanted);
      assert.equal(found[0]?.does, "show");
      assert.match(found[0]?.fix ?? "", /^kubectl --namespace=chrome-service (?:describe|logs) /);
    });
  }
});

Deno.test("hearth doctor --cluster only asks, and says the same", async (t) => {
  await using started = await startCluster();
  const { cluster, doctor } = started;

  await t.step("of a cluster that is well", async () => {
    const { code, stdout, stderr } = await doctor();
    assert.equal(code, 0, `${stdout}${stderr}`);
    assert.match(stdout, /^ok +policies +nobody reaches CDP/m);
    assert.ok(!/skipped/.test(stdout), stdout);
  });

  await t.step("of one with several faults", async () => {
    for (const [, plant] of [...MENDED.slice(1, 2), ...MENDED.slice(13, 18)]) {
      plant(finder(cluster.objects), cluster);
    }
    const { code, stdout } = await doctor("--json", "--context", "test");
    assert.equal(code, 1);
    const { checks } = JSON.parse(stdout);
    assert.deepEqual(
      checks.flatMap(({ check, findings }: { check: string; findings: Finding[] }) =>
        findings.map(({ text }) => `${check}: ${text}`)
      ),
      findingsOf(cluster.objects).map(({ line }) => line),
    );
    assert.match(stdout, /kubectl --context=test --namespace=chrome-service /);
  });

  await t.step("of what may be listed, where not all may be", async () => {
    for (const kind of ["secrets", "events"]) cluster.forbidden.add(kind);
    const { stdout } = await doctor();
    assert.match(stdout, /^skipped +secrets +you may not list secrets there$/m);
    assert.match(stdout, /^skipped +events +you may not list events there$/m);
  });

  await t.step("of a namespace that is not there", async () => {
    cluster.objects = [];
    const { code, stdout } = await doctor();
    assert.equal(code, 1);
    assert.match(stdout, /^WRONG +access +There is no namespace "chrome-service"/m);
  });

  assert.deepEqual(cluster.requests.filter((each) => !each.startsWith("GET ")), []);
});

Deno.test("hearth doctor refuses flags of a machine for a cluster, and the reverse", async () => {
  await using started = await startCluster();

  assert.equal((await started.doctor("--data", "/tmp")).code, 2);
  const machine = await runCommand(Deno.execPath(), [
    ...["run", "-q", "--no-prompt", "--frozen", "-P=hearth", `${ROOT}hearth.ts`, "doctor"],
    ...["--context", "test"],
  ]);
  assert.equal(machine.code, 2);
  assert.match(machine.stderr, /--context and --namespace need --cluster/);
});
