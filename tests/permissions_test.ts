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

for (const name of SETS) {
  Deno.test(`permission set "${name}" refuses what its program has no business with`, async () => {
    const { code, stdout, stderr } = await runCommand(Deno.execPath(), [
      "run",
      "-q",
      "--no-prompt",
      "--cached-only",
      `-P=${name}`,
      `${ROOT}tests/support/forbidden_acts.ts`,
    ], { env: { HEARTH_FORBIDDEN: "visible", NO_COLOR: "1" } });

    assert.equal(code, 0, stderr);
    const outcomes = stdout.trim().split("\n");
    assert.equal(outcomes.pop(), "see a variable of another program: nothing");
    assert.ok(outcomes.length >= 9);
    for (const line of outcomes) {
      assert.equal(line.split(": ")[1], "NotCapable", line);
    }
  });
}
