/**
 * The runbook against the manifests: every name in its commands is one of theirs, and the commands
 * that build something build what a cluster would take.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ALERT_GROUPS } from "../../monitoring/alerts.ts";
import { runbookOf } from "../../monitoring/rules.ts";
import { runCommand } from "../../core/process.ts";
import { ROOT } from "../support/program.ts";
import { shellBlocks } from "../support/runbook.ts";
import { type KubeObject, nameOf } from "./kube_object.ts";
import { podFaults } from "./pod_rules.ts";
import { allRenderings, readObjects } from "./renderings.ts";

const RUNBOOK = Deno.readTextFileSync(`${ROOT}docs/runbooks/chrome-service-snapshot.md`);
const HOW_TO = Deno.readTextFileSync(`${ROOT}docs/how-to/run-on-kubernetes.md`);
const PROFILE_JOB = /^profile_job\(\) \{\n[\s\S]+?\n\}$/m.exec(RUNBOOK)?.[0];
const PAGES = ALERT_GROUPS.flatMap(({ alerts }) => alerts)
  .map((alert) => Deno.readTextFileSync(ROOT + runbookOf(alert))).join("\n");
const renderings = await allRenderings();
const objects = renderings.find(({ name }) => name === "overlays/example")?.objects ?? [];
const deployment = find("Deployment", "chrome-service");

const KINDS: Readonly<Record<string, string>> = {
  deploy: "Deployment",
  cronjob: "CronJob",
  svc: "Service",
  networkpolicy: "NetworkPolicy",
  pvc: "PersistentVolumeClaim",
};

Deno.test("every object the runbook's commands name is rendered", () => {
  const text = RUNBOOK + HOW_TO + PAGES;
  const named = [...text.matchAll(/\b(deploy|cronjob|svc|networkpolicy|pvc)[/ ]([a-z][\w-]+)/g)];

  assert.ok(named.length >= 12);
  for (const [, kind = "", name] of named) find(KINDS[kind] ?? kind, name ?? "");
});

Deno.test("every namespace, container, label and Secret in the runbook is one of the manifests'", () => {
  const text = RUNBOOK + HOW_TO + PAGES;
  for (const [, namespace] of text.matchAll(/kubectl -n (\S+)/g)) {
    assert.equal(namespace, find("Namespace", "chrome-service").metadata.name);
  }
  const containers = deployment.spec.template.spec.containers.map(
    ({ name }: { name: string }) => name,
  );
  for (const [, container] of text.matchAll(/deploy\/chrome-service -c ([\w-]+)/g)) {
    assert.ok(containers.includes(container), container);
  }
  const labels = new Set(
    objects.flatMap(({ kind, spec }) => {
      const template = kind === "CronJob" ? spec.jobTemplate.spec.template : spec?.template;
      return Object.entries(template?.metadata?.labels ?? {}).map(([key, value]) =>
        `${key}=${value}`
      );
    }),
  );
  for (const [, label = ""] of text.matchAll(/ -l (app\.kubernetes\.io\/name=[\w-]+)/g)) {
    assert.ok(labels.has(label), label);
  }
  const policy = find("NetworkPolicy", "chrome-service-ws-ingress");
  const [{ namespaceSelector }] = policy.spec.ingress[0].from;
  const [[key, value]] = Object.entries(namespaceSelector.matchLabels) as [[string, string]];
  assert.ok(RUNBOOK.includes(`\`${key}=${value}\``));
  const secret = deployment.spec.template.spec.volumes.find(({ secret }: KubeObject) => secret);
  assert.ok(RUNBOOK.includes(`Secret \`${secret.secret.secretName}\``));
});

Deno.test("the runbook's schedules are the CronJobs'", () => {
  for (const name of ["chrome-service-snapshot-harvester", "chrome-service-backup"]) {
    const row = RUNBOOK.split("\n").find((line) => line.startsWith(`| CronJob \`${name}\``)) ?? "";
    assert.ok(row.includes(`\`${find("CronJob", name).spec.schedule}\``), name);
  }
});

for (
  const args of [["create", "--verify"], ["verify", "latest"], ["restore", "2026_06_04_18.tar.gz"]]
) {
  Deno.test(`profile_job ${args[0]} of the runbook makes a Job that a cluster takes`, async () => {
    const { code, said, made: job } = await follow(`${PROFILE_JOB}\nprofile_job "$@"`, args);

    assert.deepEqual([code, said], [0, "what it said\n"]);
    assert.equal(job.kind, "Job");
    const { spec } = job.spec.template;
    assert.deepEqual(spec.containers[0].args, ["-P=profile_backup", "profile_backup.ts", ...args]);
    assert.deepEqual(podFaults([job]), []);
    // Near the browser, and somewhere when it is stopped.
    const { podAffinity } = find("CronJob", "chrome-service-backup")
      .spec.jobTemplate.spec.template.spec.affinity;
    const [podAffinityTerm] = podAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    assert.deepEqual(spec.affinity, {
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }],
      },
    });
    const { Job } = await import("kubernetes-models/batch/v1/Job");
    new Job(job as ConstructorParameters<typeof Job>[0]).validate();
  });
}

Deno.test("profile_job of the runbook shows what a job said that failed, and fails", async () => {
  const { code, said } = await follow(`${PROFILE_JOB}\nprofile_job restore latest`, [], "");

  assert.deepEqual([code, said], [1, "what it said\n"]);
});

Deno.test("the helper of a restore by hand is a Pod that the namespace admits", async () => {
  const block = shellBlocks(RUNBOOK).find((text) => text.includes('"restore-helper"')) ?? "";

  const { code, made: pod } = await follow(block, []);

  assert.equal(code, 0);
  assert.deepEqual([pod.kind, pod.metadata.namespace], ["Pod", "chrome-service"]);
  assert.deepEqual(podFaults([pod]), []);
  const [{ command, args }] = pod.spec.containers;
  assert.deepEqual([command, args, pod.spec.affinity], [
    ["sleep", "infinity"],
    undefined,
    undefined,
  ]);
  const { Pod } = await import("kubernetes-models/v1/Pod");
  new Pod(pod as ConstructorParameters<typeof Pod>[0]).validate();
});

/**
 * Runs commands of the runbook with a kubectl that shows the rendered CronJob, keeps what it is
 * given, and whose jobs end at once.
 *
 * @param succeeded What a job that has ended says of itself.
 */
async function follow(script: string, args: readonly string[], succeeded = "1") {
  const directory = await Deno.makeTempDir({ prefix: "hearth-runbook-" });
  try {
    const cronJob = JSON.stringify(find("CronJob", "chrome-service-backup"));
    await Deno.writeTextFile(`${directory}/cronjob.json`, cronJob);
    await Deno.writeTextFile(
      `${directory}/kubectl`,
      `#!/bin/bash
case "$*" in
"-n chrome-service get cronjob chrome-service-backup -o json") cat ${directory}/cronjob.json ;;
"create -f -"*) cat >${directory}/made; [ "$*" = "create -f -" ] || echo job.batch/profile-x ;;
"-n chrome-service wait job.batch/profile-x "*) ;;
"-n chrome-service logs -l job-name=profile-x --tail=-1") echo what it said ;;
"-n chrome-service get job.batch/profile-x -o jsonpath={.status.succeeded}") echo ${succeeded} ;;
"-n chrome-service "*" restore-helper"* | "-n chrome-service "*"pod/restore-helper"*) ;;
*) echo "unexpected: $*" >&2; exit 1 ;;
esac
`,
      { mode: 0o755 },
    );
    const { code, stdout, stderr } = await runCommand(
      "bash",
      ["-c", script, "runbook", ...args],
      { env: { PATH: `${directory}:${Deno.env.get("PATH")}` } },
    );
    assert.equal(stderr, "");
    const [made] = readObjects(await Deno.readTextFile(`${directory}/made`));
    assert.ok(made !== undefined);
    return { code, said: stdout, made };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function find(kind: string, name: string): KubeObject {
  const found = objects.find((object) => nameOf(object) === `${kind} ${name}`);
  assert.ok(found, `there is no ${kind} ${name}`);
  return found;
}
