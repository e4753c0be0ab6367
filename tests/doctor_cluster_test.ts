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
import { MENDED, SHOWN } from "./support/cluster_faults.ts";
import { findKubectl } from "./support/kubectl.ts";
import { ROOT } from "./support/program.ts";
import { testDirectory } from "./support/snapshot_fixture.ts";
import {
  type ApiObject,
  type StandInCluster,
  startStandInCluster,
} from "./support/stand_in_cluster.ts";
import { wellObjects, wellPod } from "./support/well_cluster.ts";

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
