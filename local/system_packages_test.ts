import assert from "node:assert/strict";
import fc from "fast-check";
import { Fault } from "../core/fault.ts";
import {
  ensureSystemPackages,
  planSystemPackages,
  SYSTEM_PACKAGES,
  type SystemFacts,
} from "./system_packages.ts";

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

Deno.test("ensureSystemPackages() tries fresh lists when the first install fails", async () => {
  const ran: string[] = [];
  const said: string[] = [];
  let existing: ReadonlySet<string> = new Set();

  await ensureSystemPackages({
    facts: () => Promise.resolve({ ...BARE, existing }),
    run(command, env) {
      assert.equal(env.DEBIAN_FRONTEND, "noninteractive");
      ran.push(command.slice(0, 2).join(" "));
      if (ran.length === 3) existing = ALL;
      return Promise.resolve({ code: ran.length === 1 ? 100 : 0, output: "E: 404" });
    },
    say: (line) => void said.push(line),
  });

  assert.deepEqual(ran, ["apt-get install", "apt-get update", "apt-get install"]);
  assert.match(said[0] ?? "", /^installing chromium, xvfb, /);
});

Deno.test("ensureSystemPackages() repeats apt's last words when it fails for good", async () => {
  await assert.rejects(
    ensureSystemPackages({
      facts: () => Promise.resolve(BARE),
      run: () =>
        Promise.resolve({ code: 100, output: "a\nE: Unable to locate package chromium\n" }),
      say() {},
    }),
    (error) =>
      error instanceof Fault && /exit code 100, a; E: Unable to locate package/.test(error.message),
  );
});

Deno.test("ensureSystemPackages() begins no other command when it is interrupted", async () => {
  const stopping = new AbortController();
  const ran: string[] = [];

  const installing = ensureSystemPackages({
    facts: () => Promise.resolve(BARE),
    run(command) {
      ran.push(command.slice(0, 2).join(" "));
      stopping.abort();
      return Promise.resolve({ code: 130, output: "" });
    },
    say() {},
    signal: stopping.signal,
  });

  await assert.rejects(installing, new Fault("Interrupted", { exitCode: 130 }));
  assert.deepEqual(ran, ["apt-get install"]);
});

Deno.test("ensureSystemPackages() says so when apt succeeds and a file is still missing", async () => {
  await assert.rejects(
    ensureSystemPackages({
      facts: () => Promise.resolve(BARE),
      run: () => Promise.resolve({ code: 0, output: "" }),
      say() {},
    }),
    /apt reports success, but not all of "\/usr\/bin\/chromium"/,
  );
});
