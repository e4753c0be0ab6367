/**
 * Each permission set is tight: what its program has no business with is refused by the runtime.
 * That each set is enough is shown by every test that starts a program, since they all run under it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";
import { ROOT } from "./support/program.ts";

const SETS = [
  "bridge",
  "browser",
  "harvester",
  "snapshot_server",
  "refresh",
  "dispatch",
  "mint",
  "autoupdate",
  "profile_backup",
];

const VARIABLE = "see a variable of another program";

/** What came of each act under a set. */
async function actUnder(name: string): Promise<ReadonlyMap<string, string>> {
  const { code, stdout, stderr } = await runCommand(Deno.execPath(), [
    "run",
    "-q",
    "--no-prompt",
    "--cached-only",
    `-P=${name}`,
    `${ROOT}tests/support/forbidden_acts.ts`,
  ], { env: { HEARTH_FORBIDDEN: "visible", NO_COLOR: "1" } });
  assert.equal(code, 0, stderr);
  const outcomes = stdout.trim().split("\n").map((line) => line.split(": ") as [string, string]);
  assert.ok(outcomes.length >= 10);
  return new Map(outcomes);
}

for (const name of SETS) {
  Deno.test(`permission set "${name}" refuses what its program has no business with`, async () => {
    for (const [act, outcome] of await actUnder(name)) {
      assert.equal(outcome, act === VARIABLE ? "nothing" : "NotCapable", act);
    }
  });
}

Deno.test('permission set "provision" leaves all but files to the two programs it may run', async () => {
  const outcomes = await actUnder("provision");
  // It places files anywhere; this one is the test's.
  await Deno.remove("/var/tmp/hearth-forbidden");

  const refused = [...outcomes].filter(([, outcome]) => outcome === "NotCapable");
  assert.deepEqual(refused.map(([act]) => act), [
    "connect elsewhere",
    "listen on a port of its own",
    "run a shell",
    "run another Deno",
    "load native code",
    "signal another process",
    "ask for its group",
  ]);
});
