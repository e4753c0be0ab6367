/**
 * The box's power is cut in the middle of an update and of a rollback: after it starts again, every
 * user works and every row is there, without anybody doing anything.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { DIES_SOAKING } from "../support/soaking_death.ts";
import { build, ERAS } from "../t3_fixture/builds.ts";
import { startRegistry } from "../t3_fixture/registry.ts";
import { holdPackagesLayer } from "./support/packages_layer.ts";
import { bootT3Box, T3_USERS, type T3Box } from "./support/t3_box.ts";

const STATE = "/var/lib/t3-autoupdate/state.json";

/** Between the stop of the first user's server and the start of the new one: no journal says it. */
const POINTER_GONE = "the pointer of ada is gone";

/** Starts an update, and cuts the power once the journal holds a text, or a pointer is gone. */
async function cutAt(t3: T3Box, point: string): Promise<void> {
  const { box } = t3;
  const isThere = point === POINTER_GONE
    ? `! test -L /opt/t3/instances/ada || grep -Eq '"at": "(switching|verified)"' ${STATE}`
    : `grep -Eq '${point}' ${STATE}`;
  await box.sh("systemctl start --no-block t3-autoupdate.service");
  await box.sh(`until ${isThere}; do sleep 0.01; done`);
  await box.cutPower();
  await box.powerOn();
}

async function assertMorning(t3: T3Box, what: string): Promise<void> {
  const state = await eventually(`the update being over (${what})`, async () => {
    const state = await t3.state();
    return state.update === undefined ? state : undefined;
  }, 120_000);
  const running = await t3.running();
  for (const user of T3_USERS) {
    const target = (await t3.box.sh(`readlink /opt/t3/instances/${user}`)).trim();
    assert.equal(target, `../versions/${running[user]}`, what);
    assert.ok((await t3.threads(user)).includes(`of ${user}`), `${what}: ${user}`);
    assert.equal(await t3.enter(user), "302 1\n", `${what}: ${user}`);
  }
  assert.ok(Object.values(running).every((version) => version === state.lastGood?.version), what);
}

Deno.test("a box whose power is cut during an update has everybody working when it is back", async () => {
  await using layer = await holdPackagesLayer();
  await using registry = await startRegistry();
  await registry.publish(build("0.0.34-nightly.20260701.1", ERAS.portCookie));
  await using t3 = await bootT3Box(layer, registry);
  assert.equal((await t3.update()).code, 0);
  for (const user of T3_USERS) await t3.fill(user, { titles: [`of ${user}`] });

  // A machine that is slow to look may find what comes next.
  const points = [
    '"phase": "(gating|canary)"',
    '"at": "(securing|switching|verified)"',
    POINTER_GONE,
    '"at": "(switching|verified)"',
    '"phase": "soaking"',
  ];
  for (const [at, point] of points.entries()) {
    const version = `0.0.35-nightly.20260702.${10 + at}`;
    await registry.publish(build(version, ERAS.environmentCookie, {
      behaviour: { extraMigrations: [{ id: 50 + at, name: `More${at}`, sql: [] }] },
    }));

    await cutAt(t3, point);

    await assertMorning(t3, point);
    await t3.update();
    await assertMorning(t3, `${point}, and run again`);
  }

  await t3.box.sh("sed -i s/T3_SOAK_SECONDS=4/T3_SOAK_SECONDS=300/ /etc/hearth/autoupdate.env");
  const back = ['"at": "(restoring|returning|returned)"', '"at": "(returning|returned)"'];
  for (const [at, point] of back.entries()) {
    await registry.publish(build(`0.0.36-nightly.20260703.${20 + at}`, ERAS.environmentCookie, {
      behaviour: {
        ...DIES_SOAKING,
        extraMigrations: [{ id: 60 + at, name: `Bad${at}`, sql: ["DELETE FROM auth_sessions"] }],
      },
    }));
    await t3.dieOnceSoaking();

    await cutAt(t3, point);

    await assertMorning(t3, point);
    await t3.box.sh("hearth-autoupdate unfreeze");
  }
});
