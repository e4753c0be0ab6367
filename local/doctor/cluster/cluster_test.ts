import assert from "node:assert/strict";
import fc from "fast-check";
import { examine } from "../finding.ts";
import { ALL_CLUSTER_CHECKS } from "./all_cluster_checks.ts";
import { CLAIM, EVENT, NETWORK_POLICY, POD } from "./api_schemas.ts";
import type { ClusterFacts } from "./cluster_facts.ts";
import { POLICY } from "./exposure.ts";
import { parseSecrets } from "./gather_cluster.ts";
import { doubled, PODS } from "./pods.ts";
import { VOLUMES } from "./volumes.ts";

const none = { items: [] };
const EMPTY: ClusterFacts = {
  nowMs: 0,
  kubectl: "kubectl",
  manifests: "/srv/hearth/k8s",
  namespace: "chrome-service",
  error: undefined,
  ...{ namespaces: none, deployments: none, pods: none, claims: none, cronJobs: none },
  ...{ services: none, policies: none, events: none, secrets: none },
};

/** Findings about who may connect, where a policy has one rule and one peer. */
function judged(peer: unknown, ports?: unknown): readonly string[] {
  const policy = NETWORK_POLICY.parse({
    metadata: { name: "extra" },
    spec: {
      podSelector: { matchLabels: { "app.kubernetes.io/name": "chrome-service" } },
      ingress: [{ ...peer === undefined ? {} : { from: [peer] }, ...ports ? { ports } : {} }],
    },
  });
  const verdict = POLICY.judge({ ...EMPTY, policies: { items: [policy] } });
  assert.ok(!("skipped" in verdict));
  return verdict.map(({ about }) => about[0] ?? "").filter((about) => about.endsWith("extra"));
}

const OPEN: readonly (readonly [what: string, peer: unknown, ports?: unknown])[] = [
  ["it names nobody", undefined],
  ["it names every address", { ipBlock: { cidr: "0.0.0.0/0" } }],
  ["it names every namespace", { namespaceSelector: {} }],
  ["a range of ports holds CDP's", undefined, [{ port: 9000, endPort: 9300 }]],
  ["it names the live view's port", undefined, [{ port: "live-view" }]],
];
for (const [what, peer, ports] of OPEN) {
  Deno.test(`POLICY finds an open door when ${what}`, () => {
    assert.deepEqual(judged(peer, ports), ["networkpolicy/extra"]);
  });
}

const CLOSED: typeof OPEN = [
  ["it names a namespace", { namespaceSelector: { matchLabels: { team: "a" } } }],
  ["it names pods of its own namespace", { podSelector: {} }],
  ["it is of another port", undefined, [{ port: 8088 }]],
];
for (const [what, peer, ports] of CLOSED) {
  Deno.test(`POLICY finds nothing when ${what}`, () => {
    assert.deepEqual(judged(peer, ports), []);
  });
}

/** Findings about a pod that was made some minutes ago, and whose container waits. */
function waiting(minutes: number, reason: string): readonly string[] {
  const pod = POD.parse({
    metadata: {
      name: "chrome-service-1",
      creationTimestamp: new Date(-minutes * 60_000).toISOString(),
      labels: { "app.kubernetes.io/name": "chrome-service" },
    },
    status: {
      phase: "Pending",
      containerStatuses: [{
        ...{ name: "chrome", image: "x", ready: false, restartCount: 0 },
        state: { waiting: { reason } },
      }],
    },
  });
  const verdict = PODS.judge({ ...EMPTY, pods: { items: [pod] } });
  assert.ok(!("skipped" in verdict));
  return verdict.map(({ text, fix }) => `${text} => ${fix}`);
}

Deno.test("PODS finds nothing while a container is made, and says why it is not made for long", () => {
  assert.deepEqual(waiting(1, "ContainerCreating"), []);
  assert.deepEqual(waiting(10, "ContainerCreating"), [
    'Container "chrome" of pod/chrome-service-1 does not run (ContainerCreating) => ' +
    "kubectl describe pod chrome-service-1",
  ]);
});

/** Claims that VOLUMES finds something of, where that of the backups has had events, the newest last. */
function unbound(...reasons: readonly string[]): readonly string[] {
  const metadata = { name: "chrome-service-backup-host" };
  const events = reasons.map((reason, minute) =>
    EVENT.parse({
      involvedObject: { kind: "PersistentVolumeClaim", ...metadata },
      reason,
      lastTimestamp: new Date((minute - reasons.length) * 60_000).toISOString(),
    })
  );
  const claims = [
    CLAIM.parse({ metadata, status: { phase: "Pending" } }),
    CLAIM.parse({
      metadata: { name: "chrome-service-profile-encrypted" },
      status: { phase: "Bound" },
    }),
  ];
  const verdict = VOLUMES.judge({
    ...EMPTY,
    claims: { items: claims },
    events: { items: events.toReversed() },
  });
  assert.ok(!("skipped" in verdict));
  return verdict.map(({ text }) => text);
}

Deno.test("VOLUMES finds nothing in a claim that waits for the first pod that mounts it", () => {
  const told = ["persistentvolumeclaim/chrome-service-backup-host is Pending, must be Bound"];

  assert.deepEqual(unbound("WaitForFirstConsumer"), []);
  assert.deepEqual(unbound("WaitForFirstConsumer", "ProvisioningFailed"), told);
  assert.deepEqual(unbound(), told);
});

Deno.test("ALL_CLUSTER_CHECKS tell what is in the way once when nothing can be asked", () => {
  const error = { text: "The cluster cannot be asked: x", kind: "server" } as const;

  const results = examine(ALL_CLUSTER_CHECKS, { ...EMPTY, error });

  assert.deepEqual(results.map(({ check, result }) => `${check} ${result}`).sort(), [
    "access wrong",
    ...["events", "jobs", "pods", "policies", "secrets", "services", "volumes", "workload"]
      .map((check) => `${check} skipped`),
  ]);
});

Deno.test("parseSecrets() reads names and numbers of keys, and never throws", () => {
  const table = "a   Opaque   1   3d\nb   kubernetes.io/tls   2   5m\n";

  assert.deepEqual(parseSecrets(table), [{ name: "a", keys: 1 }, { name: "b", keys: 2 }]);
  fc.assert(fc.property(fc.string(), (any) => void parseSecrets(any)));
});

Deno.test("doubled() keeps the unit of a quantity", () => {
  assert.deepEqual(["512Mi", "4Gi", "1.5G", "1000"].map(doubled), ["1024Mi", "8Gi", "3G", "2000"]);
});
