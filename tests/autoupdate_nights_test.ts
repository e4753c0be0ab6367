/**
 * What one run leaves to the next: how it ended, who waits, which builds failed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Killed } from "../autoupdate/box_fixture.ts";
import type { RunContext } from "../autoupdate/closing.ts";
import { drain } from "../autoupdate/drain.ts";
import type { Effects } from "../autoupdate/effects.ts";
import { retry } from "../autoupdate/retry.ts";
import { rollback } from "../autoupdate/rollback.ts";
import { run } from "../autoupdate/run.ts";
import type { State } from "../autoupdate/state.ts";
import { modelOf } from "./support/build_model.ts";
import { makeNightBox, type Matter, NEW, type NightBox, OLD, OLDER } from "./support/night_box.ts";
import { BUILDS } from "./support/matrix_builds.ts";
import { build, ERAS } from "./t3_fixture/builds.ts";

const USERS = ["ada", "grace"].map((name) => ({ name, isUsed: true, titles: [] }));

function makeNight(difference = "good", matter: Matter = {}): Promise<NightBox> {
  return makeNightBox(
    modelOf(build(NEW, ERAS.portCookie, BUILDS[difference] ?? {})),
    USERS,
    matter,
  );
}

/** One process whose effects are different in something. */
function changed(
  night: NightBox,
  change: (effects: Effects) => Partial<Effects>,
): RunContext {
  const context = night.context();
  const { effects } = context.box;
  return { ...context, box: { ...context.box, effects: { ...effects, ...change(effects) } } };
}

/** Takes the brake off, as `unfreeze` does. */
async function unfreeze(night: NightBox): Promise<void> {
  await Deno.remove(night.context().config.freezeFile);
}

/** Changes the journal, as other nights would have. */
async function rewrite(night: NightBox, difference: Partial<State>): Promise<void> {
  const { effects } = night.context().box;
  await effects.save({ ...await night.state(), ...difference });
}

Deno.test("run() and drain() keep saying what put the brake on until it is off", async () => {
  await using night = await makeNight("crashesLater");

  const first = await run(night.context());
  assert.equal(first.result, "rolled-back");
  for (const later of [drain, run, drain]) {
    assert.equal((await later(night.context())).result, "frozen");
    assert.equal((await night.state()).lastRun?.result, "rolled-back");
  }
  await unfreeze(night);

  assert.equal((await run(night.context())).result, "nothing");
  assert.equal((await night.state()).lastRun?.result, "nothing");
});

Deno.test("run() ends as the update that it found begun and took back, wherever it had died", async () => {
  await using whole = await makeNight("crashesLater");
  await run(whole.context());
  let isOnceBack = false;

  for (let at = 1; at <= whole.box.ticks; at++) {
    await using night = await makeNight("crashesLater");
    night.box.killAt(at, false);
    await assert.rejects(run(night.context()), Killed);
    const { update } = await night.state();

    const end = await run(night.context());

    const { lastRun } = await night.state();
    assert.equal(lastRun?.result, "rolled-back", `killed at effect ${at}`);
    if (update !== undefined) assert.equal(end.result, "rolled-back", `killed at effect ${at}`);
    isOnceBack ||= update?.phase === "rolling-back";
  }
  assert.ok(isOnceBack);
});

Deno.test("run() ends there when what the others have fails for somebody new", async () => {
  await using night = await makeNight("good", { offers: OLD });
  const grace = night.box.users.get("grace");
  assert.ok(grace !== undefined);
  Object.assign(grace, {
    pointer: undefined,
    running: undefined,
    database: { schema: 0, rows: new Set() },
  });

  const end = await run(changed(night, ({ visit }) => ({
    visit: (instance, version, sizeBytes) =>
      instance.user === "grace"
        ? Promise.resolve({ is: "bad", why: "it cannot be paired" })
        : visit(instance, version, sizeBytes),
  })));

  assert.equal(end.result, "rolled-back");
  assert.equal(await night.isFrozen(), true);
  assert.equal((await night.state()).lastGood?.version, OLD);
});

Deno.test("run() lets nobody wait who left, or has what they waited for", async () => {
  await using night = await makeNight("good", { offers: OLD });
  const wait = { sinceMs: 1, why: "1 running in state.sqlite" };
  await rewrite(night, { waitingSince: { ada: wait, edsger: wait } });

  await run(night.context());

  assert.deepEqual((await night.state()).waitingSince, {});
});

Deno.test("rollback() refuses where nobody has the present version, and forgets nothing", async () => {
  await using night = await makeNight();
  await rewrite(night, {
    lastGood: { version: NEW, sinceMs: 2 },
    earlier: [{ version: OLD, sinceMs: 1 }],
  });
  await Deno.mkdir(`${night.context().config.versionsDir}/${OLD}`, { recursive: true });
  await Deno.writeTextFile(
    `${night.context().config.versionsDir}/${OLD}/.sealed.json`,
    `{"version":"${OLD}"}`,
  );

  const options = { to: undefined, why: "a test", isEvenBusy: false };
  await assert.rejects(rollback(night.context(), options), /nobody has 0\.3\.0; T3_PIN=0\.2\.0/);

  const { lastGood, earlier } = await night.state();
  assert.deepEqual([lastGood?.version, earlier.length], [NEW, 1]);
});

Deno.test("rollback() goes no further than an update that it found and undid", async () => {
  await using night = await makeNight("crashesLater");
  await rewrite(night, { earlier: [{ version: OLDER, sinceMs: 0 }] });
  await using whole = await makeNight("crashesLater");
  await run(whole.context());
  night.box.killAt(whole.box.ticks - 20, false);
  await assert.rejects(run(night.context()), Killed);
  assert.equal((await night.state()).update?.to, NEW);

  const end = await rollback(night.context(), { to: undefined, why: "a test", isEvenBusy: false });

  assert.equal(end.result, "rolled-back");
  const { lastGood, earlier } = await night.state();
  assert.deepEqual([lastGood?.version, earlier.length], [OLD, 1]);
});

Deno.test("retry() has a build tried again that failed, and no other", async () => {
  await using night = await makeNight("good", { pin: NEW });
  await rewrite(night, { skipped: { [NEW]: { stage: "gate", why: "ada: no room", atMs: 1 } } });

  const refused = await run(night.context());
  for (const other of ["0.1.9", "constructor"]) {
    await assert.rejects(retry(night.context(), other), /must be one of: 0\.3\.0$/);
  }
  const text = await retry(night.context(), NEW);
  const taken = await run(night.context());

  assert.equal(refused.result, "refused");
  assert.match(refused.why, /the pin 0\.3\.0 failed before .*autoupdate retry 0\.3\.0/);
  assert.match(text, /^0\.3\.0 may be tried again.*failed before \(gate: ada: no room\)\n$/);
  assert.equal(taken.result, "committed");
  assert.deepEqual((await night.state()).skipped, {});
});
