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
  ], { env: { FORBIDDEN_VARIABLE: "visible", NO_COLOR: "1" } });
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

const NEVER = [
  "replace a program",
  "replace one through a link",
  "replace a library",
  "connect elsewhere",
  "listen on a port of its own",
  "run a shell",
  "run another Deno",
  "load native code",
  "signal another process",
  "ask for its group",
];

/** Their arguments or settings name files anywhere. */
for (
  const [name, others] of [
    ["hearth", ["read passwords"]],
    ["roster", ["read passwords"]],
    // It reads there which accounts have ended.
    ["provision", []],
  ] as const
) {
  Deno.test(`permission set "${name}" leaves all but files to others, and the system's files too`, async () => {
    const outcomes = await actUnder(name);
    // Placed by the one act that is allowed.
    await Deno.remove("/var/tmp/hearth-forbidden");

    const refused = [...outcomes].filter(([, outcome]) => outcome === "NotCapable");
    assert.deepEqual(refused.map(([act]) => act), [...others, ...NEVER]);
    assert.equal(outcomes.get(VARIABLE), "nothing");
  });
}
