/**
 * `hearth doctor` in a box with planted faults: each is found, nothing else is, and the very command
 * it prints mends it.
 *
 * The clock and AppArmor are the whole machine's: they are judged in
 * `local/doctor/checks/all_checks_test.ts`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { accessText, hostsText } from "../support/snapshot_fixture.ts";
import { type Box, MOUNTED } from "./support/box.ts";
import type { BoxCommandResult } from "./support/box_command.ts";
import { BOX_FAULTS, type BoxFault } from "./support/box_faults.ts";
import { startClaudeInstaller } from "./support/claude.ts";
import { bootDevBox } from "./support/dev_box.ts";
import { startSnapshotHost } from "./support/snapshot_host.ts";
import { holdUsersLayer } from "./support/users_layer.ts";

/** A finding, with the check it is of. */
interface Found {
  readonly check: string;
  readonly text: string;
  readonly fix: string;
  readonly does: "mend" | "show";
}

/** Asks the doctor of the checkout. */
function doctor(box: Box, user: string, ...args: readonly string[]): Promise<BoxCommandResult> {
  return box.run([
    ...["env", `DENO_DIR=${MOUNTED}/deno_dir`, "TERM=dumb"],
    ...[`${MOUNTED}/bin/deno`, "run", "-q", "--no-prompt", "--cached-only", "--frozen"],
    ...["-P=hearth", `${MOUNTED}/source/hearth.ts`, "doctor", ...args],
  ], { deadlineMs: 300_000, user });
}

/** What is wrong with the box. */
async function findings(box: Box): Promise<readonly Found[]> {
  const { code, stdout, stderr } = await doctor(box, "root", "--json");
  assert.ok(code === 0 || code === 1, stderr);
  const { checks, is_well } = JSON.parse(stdout);
  assert.equal(code, is_well ? 0 : 1);
  return checks.flatMap((
    { check, findings }: { check: string; findings: Omit<Found, "check">[] },
  ) => findings.map((finding) => ({ check, ...finding })));
}

Deno.test("hearth doctor finds each planted fault, and its command mends it", async (t) => {
  await using held = new AsyncDisposableStack();
  const layer = held.use(await holdUsersLayer());
  const installer = held.use(startClaudeInstaller());
  const server = held.use(await startSnapshotHost(accessText({ nobody: { tokens: ["n"] } })));
  const host = { installer: installer.port, snapshot: server.port };
  const box = held.use(await bootDevBox(layer, { host }));
  await server.publish(hostsText({ "shop.localhost": "s3cret", "bank.localhost": "s3cret" }));
  await server.grant(await box.read("/etc/hearth/access.yaml"));
  await box.sh(`systemctl reset-failed; for user in ada grace edsger; do
    systemctl restart playwright-snapshot-follow@$user playwright-snapshot-refresh@$user
  done
  systemctl start t3-provision-users`);
  await eventually("a box that is well", async () => {
    assert.deepEqual(await findings(box), []);
    return true;
  }, 180_000);

  for (const [round, faults] of Map.groupBy(BOX_FAULTS, (fault) => fault.round)) {
    const isMended = await t.step(`round ${round}: ${faults.length} faults`, async () => {
      for (const { plant } of faults) await box.sh(plant);
      const found = await findings(box);
      assert.deepEqual(whatOf(found, faults), faults.map(({ what }) => what));
      for (const { fix, does, text } of found) {
        assert.equal(does, "mend", text);
        await box.sh(fix, { deadlineMs: 300_000 });
      }
      for (const { tidy } of faults) if (tidy !== undefined) await box.sh(tidy);
      // The next round proves it again, with other things wrong.
      await eventually("a box that is mended", async () => {
        assert.deepEqual(await findings(box), []);
        return true;
      }, 120_000);
    });
    // What is still wrong would be found in every round.
    assert.ok(isMended, `round ${round}`);
  }

  await t.step("a user of the box is told what only root can see", async () => {
    const { code, stdout } = await doctor(box, "grace");

    assert.equal(code, 0, stdout);
    for (const check of ["ports", "drift", "updates"]) {
      assert.match(stdout, new RegExp(`^skipped +${check} +only root `, "m"));
    }
    assert.match(stdout, /^ok +units +every unit that is enabled runs/m);
    assert.match(stdout, /^ok +wiring +every agent that is configured calls/m);
    assert.match(stdout, /^Nothing is wrong\.$/m);
  });
});

/** The faults that findings tell of, in the order of the faults; a finding of none is shown whole. */
function whatOf(found: readonly Found[], faults: readonly BoxFault[]): readonly string[] {
  const told = found.map(({ check, text, fix }) => {
    const line = `${check}: ${text}`;
    const index = faults.findIndex(({ wanted }) => wanted.test(line));
    return { index, what: faults[index]?.what ?? `${line} => ${fix}` };
  });
  return told.toSorted((a, b) => a.index - b.index).map(({ what }) => what);
}
