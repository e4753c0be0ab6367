import assert from "node:assert/strict";
import fc from "fast-check";
import { planSystemPackages, SYSTEM_PACKAGES, type SystemFacts } from "./package_plan.ts";

const ALL = new Set(SYSTEM_PACKAGES.map(({ path }) => path));
const BARE: SystemFacts = {
  existing: new Set(),
  isRoot: true,
  distribution: ["debian"],
  hasPackageLists: true,
};

Deno.test("planSystemPackages() does nothing when everything is there", () => {
  const facts = { ...BARE, existing: ALL, isRoot: false, distribution: ["arch"] };

  assert.deepEqual(planSystemPackages(facts), { kind: "nothing" });
});

Deno.test("planSystemPackages() installs only what is missing", () => {
  const existing = new Set([...ALL].filter((path) => !/x11vnc|novnc/.test(path)));

  assert.deepEqual(planSystemPackages({ ...BARE, existing }), {
    kind: "install",
    packages: ["x11vnc", "novnc"],
    commands: [["apt-get", "install", "-y", "--no-install-recommends", "x11vnc", "novnc"]],
  });
});

Deno.test("planSystemPackages() fetches package lists first when there are none", () => {
  const plan = planSystemPackages({ ...BARE, hasPackageLists: false });

  assert.ok(plan.kind === "install");
  assert.deepEqual(plan.commands[0], ["apt-get", "update"]);
});

Deno.test("planSystemPackages() names the exact command when it is not root", () => {
  const existing = new Set([...ALL].filter((path) => path !== "/usr/bin/Xvfb"));

  const plan = planSystemPackages({ ...BARE, existing, isRoot: false, hasPackageLists: false });

  assert.ok(plan.kind === "refuse");
  assert.equal(
    plan.fault.message,
    'Cannot install xvfb: only root may, run "sudo apt-get update && ' +
      'sudo apt-get install -y --no-install-recommends xvfb" first',
  );
});

Deno.test("planSystemPackages() names the files when the system has no apt", () => {
  const existing = new Set([...ALL].filter((path) => path !== "/usr/bin/Xvfb"));

  const plan = planSystemPackages({ ...BARE, existing, distribution: ["fedora"] });

  assert.ok(plan.kind === "refuse");
  assert.equal(
    plan.fault.message,
    "Cannot install xvfb: this is neither Debian nor Ubuntu, " +
      'install the packages that bring "/usr/bin/Xvfb"',
  );
});

Deno.test("planSystemPackages() never installs what is there, nor anything without root", () => {
  fc.assert(fc.property(
    fc.subarray([...ALL]),
    fc.boolean(),
    fc.subarray(["debian", "ubuntu", "fedora", "arch"]),
    fc.boolean(),
    (paths, isRoot, distribution, hasPackageLists) => {
      const existing = new Set(paths);
      const plan = planSystemPackages({ existing, isRoot, distribution, hasPackageLists });
      assert.equal(plan.kind === "nothing", existing.size === ALL.size);
      if (plan.kind !== "install") return;
      assert.ok(isRoot);
      const missing = SYSTEM_PACKAGES.filter(({ path }) => !existing.has(path));
      assert.deepEqual(plan.packages, missing.map(({ name }) => name));
    },
  ));
});
