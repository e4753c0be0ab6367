import assert from "node:assert/strict";
import { Fault } from "../core/fault.ts";
import { SYSTEM_PACKAGES, type SystemFacts } from "./package_plan.ts";
import { ensureSystemPackages } from "./system_packages.ts";

const ALL = new Set(SYSTEM_PACKAGES.map(({ path }) => path));
const BARE: SystemFacts = {
  existing: new Set(),
  isRoot: true,
  distribution: ["debian"],
  hasPackageLists: true,
};

Deno.test("ensureSystemPackages() tries fresh lists when the first install fails", async () => {
  const ran: string[] = [];
  const said: string[] = [];
  let existing: ReadonlySet<string> = new Set();

  await ensureSystemPackages({
    machine: {
      facts: () => Promise.resolve({ ...BARE, existing }),
      run(command, env) {
        assert.equal(env.DEBIAN_FRONTEND, "noninteractive");
        ran.push(command.slice(0, 2).join(" "));
        if (ran.length === 3) existing = ALL;
        return Promise.resolve({ code: ran.length === 1 ? 100 : 0, output: "E: 404" });
      },
    },
    say: (line) => void said.push(line),
  });

  assert.deepEqual(ran, ["apt-get install", "apt-get update", "apt-get install"]);
  assert.match(said[0] ?? "", /^installing chromium, xvfb, /);
});

Deno.test("ensureSystemPackages() repeats apt's last words when it fails for good", async () => {
  await assert.rejects(
    ensureSystemPackages({
      machine: {
        facts: () => Promise.resolve(BARE),
        run: () =>
          Promise.resolve({ code: 100, output: "a\nE: Unable to locate package chromium\n" }),
      },
      say() {},
    }),
    (error) =>
      error instanceof Fault && /exit code 100, a; E: Unable to locate package/.test(error.message),
  );
});

Deno.test("ensureSystemPackages() says so when apt succeeds and a file is still missing", async () => {
  await assert.rejects(
    ensureSystemPackages({
      machine: {
        facts: () => Promise.resolve(BARE),
        run: () => Promise.resolve({ code: 0, output: "" }),
      },
      say() {},
    }),
    /apt reports success, but not all of "\/usr\/bin\/chromium"/,
  );
});
