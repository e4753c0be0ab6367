import assert from "node:assert/strict";
import fc from "fast-check";
import type { MachineFacts } from "../facts.ts";
import { examine } from "../finding.ts";
import { HEALTHY } from "../healthy_facts.ts";
import { asRoot } from "../command_line.ts";
import { ALL_CHECKS } from "./all_checks.ts";
import { drift, FAULTS, FINE, sandbox, secret } from "./fault_fixture.ts";
import { isOlder } from "./programs.ts";

/** Every finding, as `CHECK: TEXT => FIX`. */
function findingsOf(facts: MachineFacts): readonly string[] {
  return examine(ALL_CHECKS, facts).flatMap(({ check, findings }) =>
    findings.map(({ text, fix }) => `${check}: ${text} => ${fix}`)
  );
}

Deno.test("ALL_CHECKS find nothing when nothing is wrong", () => {
  assert.deepEqual(findingsOf(HEALTHY), []);
});

for (const [what, fault, wanted] of FAULTS) {
  Deno.test(`ALL_CHECKS find one thing when ${what}`, () => {
    const found = findingsOf({ ...HEALTHY, ...fault });

    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", wanted);
  });
}

for (const [what, facts] of FINE) {
  Deno.test(`ALL_CHECKS find nothing when ${what}`, () => {
    assert.deepEqual(findingsOf({ ...HEALTHY, ...facts }), []);
  });
}

Deno.test("ALL_CHECKS skip, and do not pass, when nothing can be seen", () => {
  const blind: MachineFacts = {
    ...{ ...HEALTHY, uid: 1000, secrets: [], units: undefined, snapshots: [], agents: [] },
    disks: [],
    ...sandbox({ canMakeNamespaces: undefined }),
    drift: undefined,
  };

  const skipped = examine(ALL_CHECKS, blind).filter(({ result }) => result === "skipped");

  assert.deepEqual(skipped.map(({ check }) => check), [
    ...["sandbox", "disks", "secrets", "ports", "drift", "units", "snapshot", "clock", "wiring"],
    "updates",
  ]);
});

Deno.test("examine() tells a thing once when two checks see it", () => {
  const facts: MachineFacts = {
    ...HEALTHY,
    ...secret({ mode: 0o644 }),
    ...drift({ resource: "file /etc/t3-serve/tokens/ada" }),
  };

  const results = examine(ALL_CHECKS, facts);

  assert.deepEqual(results.flatMap(({ findings }) => findings).length, 1);
  const found = results.find(({ check }) => check === "drift");
  assert.deepEqual([found?.result, found?.text], [
    "skipped",
    "what is not right here is told above",
  ]);
});

Deno.test("asRoot() is a line for a shell when who asks is not root", () => {
  assert.equal(asRoot(0, "a; b"), "a; b");
  assert.equal(asRoot(1000, "systemctl start a.service"), "sudo systemctl start a.service");
  assert.equal(asRoot(1000, "echo 'a' >/b"), `sudo sh -c 'echo '\\''a'\\'' >/b'`);
});

Deno.test("isOlder() is an order when versions are numbers and dots", () => {
  const version = fc.array(fc.nat(300), { minLength: 1, maxLength: 4 }).map((all) => all.join("."));
  fc.assert(fc.property(version, version, (a, b) => {
    assert.ok(!isOlder(a, a));
    assert.ok(!(isOlder(a, b) && isOlder(b, a)));
    assert.ok(!isOlder(`${b}.1`, b));
  }));
});
