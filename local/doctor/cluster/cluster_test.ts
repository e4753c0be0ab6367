import assert from "node:assert/strict";
import fc from "fast-check";
import { examine } from "../finding.ts";
import { ALL_CLUSTER_CHECKS } from "./all_cluster_checks.ts";
import { NETWORK_POLICY } from "./api_schemas.ts";
import type { ClusterFacts } from "./cluster_facts.ts";
import { POLICY } from "./exposure.ts";
import { parseSecrets } from "./gather_cluster.ts";
import { doubled } from "./pods.ts";

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
