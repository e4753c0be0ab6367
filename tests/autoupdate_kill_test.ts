/**
 * SIGKILL of the updater at every effect, and the power cut, on a box of real parts: whatever it was
 * doing, the next run ends with every user working and every row there; also those that their
 * server wrote until the moment it was stopped.
 *
 * The same is done in memory for any series of deaths (`autoupdate/work_test.ts`), and on a booted
 * box with its real power (`tests/devbox/autoupdate_power_test.ts`).
 *
 * @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { writeState } from "../autoupdate/state_files.ts";
import { runCommand } from "../core/process.ts";
import {
  type AutoupdateBox,
  fillUser,
  makeAutoupdateBox,
  nodeAndNpm,
} from "./support/autoupdate_box.ts";
import { eventually } from "./support/eventually.ts";
import { DEATH_FILE, DIES_SOAKING, dieWhileSoaking } from "./support/soaking_death.ts";
import { build, ERAS } from "./t3_fixture/builds.ts";
import { startRegistry } from "./t3_fixture/registry.ts";
import { lostTicks } from "./t3_fixture/ticks.ts";

const A = "0.0.40-nightly.20260701.1";
const B = "0.0.40-nightly.20260702.2";
/** Migrates, works, and dies while it soaks. */
const DYING = "0.0.41-nightly.20260703.3";

async function withBox(
  users: readonly string[],
  work: (box: AutoupdateBox) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-kill-" });
  try {
    await using registry = await startRegistry();
    const nodeDir = await nodeAndNpm(`${directory}/node`);
    for (const version of [A, B]) await registry.publish(build(version, ERAS.environmentCookie));
    await registry.publish(build(DYING, ERAS.environmentCookie, {
      behaviour: {
        ...DIES_SOAKING,
        extraMigrations: [{ id: 42, name: "Usage", sql: ["CREATE TABLE usage (id TEXT)"] }],
      },
    }));
    const versionsDir = `${directory}/versions`;
    await using box = await makeAutoupdateBox(registry, users, { nodeDir, versionsDir });
    const first = await box.update("run", { env: { T3_PIN: A } });
    assert.equal(first.code, 0, first.log);
    for (const user of users) {
      fillUser(box, user);
      await Deno.writeTextFile(`${box.baseDirOf(user)}/switches.json`, '{"writeEveryMs":10}');
    }
    await box.units.cutPower();
    await work(box);
  } finally {
    await runCommand("/bin/sh", ["-c", 'chmod -R u+w "$0" && rm -rf "$0"', directory]);
  }
}

/** Every user's server runs what their pointer says, and reads every row on the schema it knows. */
async function assertMorning(
  box: AutoupdateBox,
  what: string,
  kept: readonly string[],
): Promise<void> {
  const versions = await box.versions();
  for (const { user, port } of box.instances) {
    const serverVersion = await eventually(`${user} answering (${what})`, async () => {
      const response = await fetch(`http://127.0.0.1:${port}/.well-known/t3/environment`);
      return (await response.json()).serverVersion as string;
    });
    assert.equal(serverVersion, versions[user], what);
    assert.deepEqual(box.threads(user), ["Thread 0", "Thread 1", "Thread 2", `of ${user}`], what);
    const stateDir = `${box.baseDirOf(user)}/userdata`;
    using database = new DatabaseSync(`${stateDir}/state.sqlite`);
    assert.deepEqual(lostTicks(database, stateDir, kept), [], what);
    const ledger = database.prepare("SELECT max(migration_id) AS id FROM effect_sql_migrations")
      .get();
    assert.equal(ledger?.["id"], 34, `${what}: the schema of ${user}`);
  }
}

function effectsOf(text: string): readonly string[] {
  return /effects: (.*)/.exec(text)?.[1]?.split(" ") ?? [];
}

Deno.test("autoupdate ends an update well wherever it was killed", async () => {
  await withBox(["ada"], async (box) => {
    let [now, other] = [A, B];
    const env = (pin: string) => ({ env: { T3_PIN: pin, T3_SOAK_SECONDS: "0" } });
    const whole = await box.update("run", env(other));
    [now, other] = [other, now];
    const points = effectsOf(whole.text).length;
    assert.ok(points > 15, whole.text);

    for (let at = 1; at <= points; at++) {
      // Before the effect, and a moment into it; with the power or without.
      const killAfterMs = at % 3 === 0 ? 0 : 12;
      const killed = await box.update("run", { ...env(other), killAt: at, killAfterMs });
      if (at % 2 === 0) await box.units.cutPower();
      const what = `killed at effect ${at} of ${points}: ${killed.text}`;
      const next = await box.update("run", env(other));
      assert.equal(next.code, 0, `${what}\n${next.log}`);
      assert.deepEqual(await box.versions(), { ada: other }, `${what}\n${next.log}`);
      await assertMorning(box, what, [A, B]);
      [now, other] = [other, now];
    }
    assert.equal(await box.isFrozen(), false);
  });
});

Deno.test("autoupdate ends a rollback well wherever it was killed", async () => {
  await withBox(["ada"], async (box) => {
    // Long enough that the server dies first, however slow the machine is.
    const options = { env: { T3_PIN: DYING, T3_SOAK_SECONDS: "60" } };
    await using _death = dieWhileSoaking(box);
    const forget = async () => {
      // It is there already, unless the run was killed before it soaked.
      const death = `${box.baseDirOf("ada")}/${DEATH_FILE}`;
      await Deno.writeTextFile(death, "");
      await Deno.remove(death);
      if (await box.isFrozen()) await box.unfreeze();
      // Whole at any time: the one who waits for the soak reads it, too.
      await writeState(`${box.directory}/state`, { ...await box.state(), skipped: {} });
    };
    const whole = await box.update("run", options);
    assert.equal(whole.code, 5, whole.log);
    await assertMorning(box, "not killed", [A]);
    const effects = effectsOf(whole.text);
    const points = effects.length;
    // The way there is the other test's; once the rows were counted it is a way back.
    const forward = effects.indexOf("losses") + 1;
    assert.ok(forward > 0 && points > forward + 8, whole.text);

    for (let at = forward; at <= points; at++) {
      await forget();
      await box.update("run", { ...options, killAt: at, killAfterMs: at % 3 === 0 ? 0 : 12 });
      if (at % 2 === 0) await box.units.cutPower();
      const next = await box.update("recover", options);
      const what = `killed at effect ${at} of ${points}`;
      assert.equal((await box.state()).update, undefined, `${what}\n${next.log}`);
      assert.deepEqual(await box.versions(), { ada: A }, `${what}\n${next.log}`);
      await assertMorning(box, what, [A]);
    }
  });
});
