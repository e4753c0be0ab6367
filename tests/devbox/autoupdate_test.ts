/**
 * The updater on a booted box: real units, real users, the real dispatch, a real registry.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DIES_SOAKING } from "../support/soaking_death.ts";
import { build, ERAS, FLAWS } from "../t3_fixture/builds.ts";
import { startRegistry } from "../t3_fixture/registry.ts";
import { holdPackagesLayer } from "./support/packages_layer.ts";
import { bootT3Box, T3_USERS } from "./support/t3_box.ts";

const V1 = "0.0.34-nightly.20260701.1";
const V2 = "0.0.35-nightly.20260702.2";
const V3 = "0.0.36-nightly.20260703.3";
const V4 = "0.0.37-nightly.20260704.4";

function everybody(version: string): Record<string, string> {
  return Object.fromEntries(T3_USERS.map((user) => [user, version]));
}

Deno.test("t3-autoupdate.service follows the channel on a box with three users", async (t) => {
  await using layer = await holdPackagesLayer();
  await using registry = await startRegistry();
  await registry.publish(build(V1, ERAS.portCookie));
  await using t3 = await bootT3Box(layer, registry);
  const { box } = t3;

  await t.step("it installs the first build and starts everybody", async () => {
    const { code, log } = await t3.update();

    assert.equal(code, 0, log);
    assert.deepEqual(await t3.running(), everybody(V1));
    assert.equal(await t3.enter("ada"), "302 1\n");
  });

  for (const user of T3_USERS) await t3.fill(user, { titles: [`of ${user}`] });

  await t.step("it brings out a good build", async () => {
    await registry.publish(build(V2, ERAS.environmentCookie));

    const { code, log } = await t3.update();

    assert.equal(code, 0, log);
    assert.deepEqual(await t3.running(), everybody(V2));
    for (const user of T3_USERS) assert.ok((await t3.threads(user)).includes(`of ${user}`));
    assert.equal(await t3.enter("grace"), "302 1\n");
  });

  await t.step("it brings nobody a build that fails on one user's data", async () => {
    await t3.fill("edsger", { titles: ["of edsger", "poison"] });
    await registry.publish(build(V3, ERAS.environmentCookie, FLAWS.pairingFailsForPoison));

    const { code, log } = await t3.update();

    assert.equal(code, 4, log);
    assert.match(log, /edsger/);
    assert.deepEqual(await t3.running(), everybody(V2));
  });

  await t.step(
    "it leaves alone who is working, and brings it to them when they are idle",
    async () => {
      await t3.fill("ada", { titles: ["of ada"], activeThread: 0 });
      await registry.publish(build(V4, ERAS.environmentCookie));

      const first = await t3.update();
      const mainPid = (await box.unit("t3-serve@ada.service"))["MainPID"];
      const busy = await t3.update("t3-autoupdate-drain.service");

      assert.equal(first.code, 0, first.log);
      assert.deepEqual(await t3.running(), { ...everybody(V4), ada: V2 });
      assert.equal((await box.unit("t3-serve@ada.service"))["MainPID"], mainPid, busy.log);
      assert.match((await t3.state()).waitingSince["ada"]?.why ?? "", /1 running/);
      await t3.fill("ada", { titles: ["of ada"] });
      const drained = await t3.update("t3-autoupdate-drain.service");
      assert.equal(drained.code, 0, drained.log);
      assert.deepEqual(await t3.running(), everybody(V4));
    },
  );

  await t.step(
    "it takes everybody back from a build that dies later, and puts the brake on",
    async () => {
      const version = "0.0.38-nightly.20260705.5";
      await box.sh("sed -i s/T3_SOAK_SECONDS=4/T3_SOAK_SECONDS=300/ /etc/hearth/autoupdate.env");
      await registry.publish(build(version, ERAS.environmentCookie, {
        behaviour: {
          ...DIES_SOAKING,
          extraMigrations: [{ id: 42, name: "Usage", sql: ["CREATE TABLE usage (id TEXT)"] }],
        },
      }));

      await t3.dieOnceSoaking();
      const { code, log } = await t3.update();

      assert.equal(code, 5, log);
      assert.deepEqual(await t3.running(), everybody(V4));
      for (const user of T3_USERS) assert.ok((await t3.threads(user)).includes(`of ${user}`));
      assert.match(await box.read("/etc/t3-autoupdate.freeze"), /0\.0\.38.*failed \(soak\)/);
      const again = await t3.update();
      assert.match(again.log, /FROZEN/);
      assert.equal((await t3.state()).lastRun?.result, "rolled-back", "its alert goes on");
      assert.equal(await t3.enter("edsger"), "302 1\n");
      await box.sh("hearth-autoupdate unfreeze");
      await box.sh("sed -i s/T3_SOAK_SECONDS=300/T3_SOAK_SECONDS=4/ /etc/hearth/autoupdate.env");
    },
  );

  await t.step("it copies everybody's data at night, and a copy can be put back", async () => {
    const { code, log } = await t3.update("t3-backup-state.service");

    assert.equal(code, 0, log);
    assert.match(
      await box.sh("hearth-autoupdate restore ada --drill"),
      /can be put back: state.sqlite/,
    );
    assert.equal(await box.sh("stat -c %a:%U /var/backups/t3-state/ada"), "700:root\n");
    await t3.fill("ada", { titles: ["of ada", "written since"] });
    assert.match(await box.sh("hearth-autoupdate restore ada --apply"), /was put back/);
    assert.ok(!(await t3.threads("ada")).includes("written since"));
    assert.deepEqual(await t3.running(), everybody(V4));
  });

  await t.step("it tells a person and a machine how things are", async () => {
    const text = await box.sh("hearth-autoupdate status");
    const metrics = await box.read("/var/lib/t3-autoupdate/metrics.prom");

    assert.match(text, new RegExp(`^last good +${V4.replaceAll(".", "\\.")} `, "m"));
    assert.match(text, /^ada +0\.0\.37\S+ +running$/m);
    assert.match(metrics, /^hearth_autoupdate_user_version\{user="ada",version="0\.0\.37/m);
    assert.match(await box.sh("hearth-autoupdate history --last 3"), /did|restore|run/);
    assert.match(
      await box.sh(`hearth-autoupdate retry ${V3}`),
      /may be tried again, .* it failed before \(gate: edsger: /,
    );
  });

  await t.step("everybody has what they had after a reboot", async () => {
    await box.reboot();

    assert.deepEqual(await t3.running(), everybody(V4));
    assert.equal(await t3.enter("ada"), "302 1\n");
  });
});
