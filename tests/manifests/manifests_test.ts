/**
 * The manifests of `k8s/`: rendered by the real kubectl and held to our rules, each of which is
 * shown to catch what it is for.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ROOT } from "../support/program.ts";
import { cronFault } from "./cron.ts";
import type { KubeObject } from "./kube_object.ts";
import { loginFaults } from "./login_rules.ts";
import { objectFaults } from "./object_rules.ts";
import { podFaults } from "./pod_rules.ts";
import { allRenderings, readObjects, RENDERED_COMPONENTS } from "./renderings.ts";

/** What the person makes by hand, as the pages say. */
const GIVEN = [
  "Secret chrome-service-access",
  "Secret chrome-service-secrets",
  "Secret chrome-service-status-tls",
  "Secret chrome-service-tls",
];
const INVALID = `${ROOT}tests/corpora/manifests/invalid`;
const GOLDEN = `${ROOT}tests/corpora/manifests/golden`;

const renderings = await allRenderings();

Deno.test("every component and overlay of k8s is rendered here", () => {
  const components = [...Deno.readDirSync(`${ROOT}k8s/components`)].map(({ name }) => name);

  assert.deepEqual([...RENDERED_COMPONENTS].sort(), components.sort());
});

for (const { name, objects } of renderings) {
  Deno.test(`k8s ${name} keeps every rule`, () => {
    assert.ok(objects.length > 0);
    assert.deepEqual(faultsOf(objects, GIVEN), []);
  });
}

for (const { name: file } of Deno.readDirSync(INVALID)) {
  Deno.test(`a rule catches ${file}, and no other rule minds it`, () => {
    const text = Deno.readTextFileSync(`${INVALID}/${file}`);
    const expected = /^# expects: (.+)$/m.exec(text)?.[1] ?? "nothing";
    const objects = readObjects(text);

    const faults = faultsOf(objects);

    assert.equal(faults.length, 1, faults.join("\n"));
    assert.ok(faults[0]?.includes(expected), faults[0]);
  });
}

for (const { name, yaml } of renderings.filter(({ name }) => /^base$|^overlays/.test(name))) {
  Deno.test(`k8s ${name} renders as it did`, async () => {
    const golden = `${GOLDEN}/${name.replace("/", "_")}.yaml`;
    if (Deno.env.get("HEARTH_GOLDEN") === "write") await Deno.writeTextFile(golden, yaml);

    const hint = "where it is meant, run: HEARTH_GOLDEN=write deno test -A tests/manifests";
    assert.equal(yaml, await Deno.readTextFile(golden), hint);
  });
}

Deno.test("the sandbox's seccomp profile is the one its pod names", async () => {
  const sandbox = renderings.find(({ name }) => name === "sandbox");
  const chrome = find(sandbox?.objects, "Deployment").spec.template.spec.containers[0];
  const { localhostProfile: file } = chrome.securityContext.seccompProfile;

  const profile = JSON.parse(
    await Deno.readTextFile(`${ROOT}k8s/components/sandbox/seccomp/${file}`),
  );

  assert.equal(profile.defaultAction, "SCMP_ACT_ERRNO");
  const allowed = new Set(
    profile.syscalls.filter(({ action }: { action: string }) => action === "SCMP_ACT_ALLOW")
      .flatMap(({ names }: { names: string[] }) => names),
  );
  for (const name of ["chroot", "clone", "unshare"]) assert.ok(allowed.has(name), name);
  for (const name of ["mount", "bpf", "init_module"]) {
    assert.ok(!allowed.has(name), name);
  }
});

Deno.test("Chromium has longer to close than nothing, and the pod longer than Chromium", () => {
  const { spec } = find(renderings[0]?.objects, "Deployment").spec.template;
  const close = spec.containers[0].env.find(({ name }: { name: string }) =>
    name === "BROWSER_CLOSE_MS"
  );

  assert.ok(Number(close.value) >= 10_000);
  assert.ok(spec.terminationGracePeriodSeconds * 1_000 >= Number(close.value) + 10_000);
});

Deno.test("the default policy denies both ways and egress spares metadata and private ranges", () => {
  const objects = renderings[0]?.objects ?? [];
  const deny = find(objects, "NetworkPolicy", "default-deny").spec;
  assert.deepEqual(deny, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });

  const { egress } = find(objects, "NetworkPolicy", "chrome-service-egress").spec;
  const except = egress.flatMap(({ to }: { to: { ipBlock?: { except: string[] } }[] }) =>
    to.flatMap(({ ipBlock }) => ipBlock?.except ?? [])
  );
  for (
    const range of [
      "169.254.0.0/16",
      "10.0.0.0/8",
      "172.16.0.0/12",
      "192.168.0.0/16",
      "168.63.129.16/32",
    ]
  ) {
    assert.ok(except.includes(range), range);
  }
});

Deno.test("cronFault() lets through what is within bounds and names what is not", () => {
  const field = (min: number, max: number) =>
    fc.oneof(
      fc.constant("*"),
      fc.integer({ min, max }).map(String),
      fc.integer({ min: 1, max: 9 }).map((step) => `*/${step}`),
      fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) =>
        `${Math.min(a, b)}-${Math.max(a, b)}`
      ),
    );
  const cron = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6));
  fc.assert(fc.property(cron, (fields) => assert.equal(cronFault(fields.join(" ")), undefined)));
  fc.assert(fc.property(cron, fc.nat(4), (fields, at) => {
    assert.match(cronFault(fields.with(at, "99").join(" ")) ?? "", /has "99" for the /);
  }));
});

function faultsOf(objects: readonly KubeObject[], given: readonly string[] = []) {
  return [...podFaults(objects), ...objectFaults(objects, given), ...loginFaults(objects)];
}

function find(
  objects: readonly KubeObject[] | undefined,
  kind: string,
  name?: string,
): KubeObject {
  const found = objects?.find((object) =>
    object.kind === kind && (name === undefined || object.metadata.name === name)
  );
  assert.ok(found, `${kind} ${name}`);
  return found;
}
