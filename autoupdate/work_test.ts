/**
 * @module
 */
import assert from "node:assert/strict";
import { Killed } from "./box_fixture.ts";
import { box, NEW, OLD, pointers, run, runThrough, THREE } from "./work_fixture.ts";

Deno.test("work() moves everybody to a good build and calls it the last good one", async () => {
  const good = box("none", THREE, OLD);

  await runThrough(good);

  assert.deepEqual(pointers(good), [NEW, NEW, NEW]);
  assert.equal(good.journal().lastGood?.version, NEW);
  assert.deepEqual(good.journal().earlier.map(({ version }) => version), [OLD]);
  assert.deepEqual([good.brokenUsers(), good.lostRows(), good.dangers], [[], [], []]);
});

Deno.test("work() installs the first build where there is none", async () => {
  const fresh = box("none", THREE);

  await runThrough(fresh);

  assert.deepEqual([pointers(fresh), fresh.brokenUsers()], [[NEW, NEW, NEW], []]);
  assert.equal(fresh.journal().lastGood?.version, NEW);
});

Deno.test("work() leaves nothing running of a first build that fails", async () => {
  const fresh = box("front-door", THREE);

  await runThrough(fresh);

  assert.deepEqual(pointers(fresh), [undefined, undefined, undefined]);
  assert.equal(fresh.journal().lastGood, undefined);
});

Deno.test("work() defers who is busy and commits with the others", async () => {
  const half = box("none", [{ name: "ada", isBusy: true }, { name: "grace" }], OLD);

  await runThrough(half);

  assert.deepEqual(pointers(half), [OLD, NEW]);
  assert.equal(half.users.get("ada")?.running, OLD);
  assert.match(half.journal().waitingSince["ada"]?.why ?? "", /1 running/);
  assert.equal(half.journal().lastGood?.version, NEW);
});

Deno.test("work() calls no build good that nobody uses", async () => {
  const all = box("none", [{ name: "ada", isBusy: true }, { name: "grace", isBusy: true }], OLD);

  await runThrough(all);

  assert.deepEqual(pointers(all), [OLD, OLD]);
  const { lastGood, pending, lastRun } = all.journal();
  assert.deepEqual([lastGood?.version, pending, lastRun?.result], [OLD, NEW, "deferred"]);
});

for (const flaw of ["gate", "front-door", "own-data", "soak", "loses-rows"] as const) {
  Deno.test(`work() brings everybody back from a build with the flaw "${flaw}"`, async () => {
    const bad = box(flaw, THREE, OLD);

    await runThrough(bad);

    assert.deepEqual(pointers(bad), [OLD, OLD, OLD]);
    assert.deepEqual([bad.brokenUsers(), bad.lostRows(), bad.dangers], [[], [], []]);
    const { lastGood, skipped } = bad.journal();
    assert.equal(lastGood?.version, OLD);
    assert.ok(skipped[NEW] !== undefined);
    assert.equal(
      bad.freezes.length,
      flaw === "gate" ? 0 : 1,
      "only who was moved is worth a brake",
    );
  });
}

Deno.test("work() blames and undoes nothing while the front door is down", async () => {
  const down = box("front-door-down", THREE, OLD);

  for (let night = 0; night < 10; night++) await run(down);

  const { update, skipped, lastGood, inconclusive } = down.journal();
  assert.deepEqual([skipped, down.freezes, lastGood?.version], [{}, [], OLD]);
  assert.deepEqual([update?.phase, inconclusive], ["canary", 10]);
  assert.deepEqual([pointers(down), down.brokenUsers()], [[NEW, OLD, OLD], []]);
});

Deno.test("work() goes back when every process dies on the new build", async () => {
  const cursed = box("none", THREE, OLD);

  await runThrough(cursed, [60, 8, 8, 8, 8, 8], true);

  assert.deepEqual([pointers(cursed), cursed.brokenUsers()], [[OLD, OLD, OLD], []]);
  assert.match(cursed.journal().skipped[NEW]?.why ?? "", /runs died/);
});

Deno.test("work() touches nobody whose home could not hold the way back", async () => {
  const tight = box("none", THREE, OLD);
  const roomBytes = (user: string) => Promise.resolve(user === "ada" ? 1_000_000 : 1_000_000_000);

  await run(tight, ({ data }) => ({ data: { ...data, roomBytes } }));

  assert.deepEqual(pointers(tight), [OLD, NEW, NEW]);
  assert.match(tight.journal().waitingSince["ada"]?.why ?? "", /home of ada has 1000000 bytes/);
});

Deno.test("work() takes the others back when one's unit does not start, and them later", async () => {
  const bad = box("soak", THREE, OLD);

  // The last to come is the first to go back.
  const left = await run(bad, ({ services }) => ({
    services: {
      ...services,
      start: (user) =>
        user === "grace" && bad.users.get(user)?.pointer === OLD
          ? Promise.reject(new Error("systemctl start: Unit is masked."))
          : services.start(user),
    },
  }));

  assert.deepEqual(bad.brokenUsers(), ["grace"]);
  assert.deepEqual(pointers(bad), [OLD, OLD, OLD]);
  assert.deepEqual([left.lastRun?.result, left.update?.phase], ["stranded", "rolling-back"]);
  assert.match(left.lastRun?.why ?? "", /grace cannot be brought back: .* masked/);
  await runThrough(bad);
  assert.deepEqual([bad.brokenUsers(), bad.lostRows(), bad.dangers], [[], [], []]);
  assert.equal(bad.journal().lastRun?.result, "rolled-back");
});

Deno.test("work() stops nobody who went on working after a death before their stop", async () => {
  const whole = box("none", THREE, OLD);
  await runThrough(whole);
  let isFound = false;

  for (let at = 1; at <= whole.ticks && !isFound; at++) {
    const killed = box("none", THREE, OLD);
    killed.killAt(at, false);
    await assert.rejects(run(killed), Killed);
    const ada = killed.users.get("ada");
    if (ada === undefined || ada.pointer !== undefined || ada.running !== OLD) continue;
    isFound = true;
    ada.isBusy = true;
    const stops: string[] = [];
    await run(killed, ({ services }) => ({
      services: {
        ...services,
        stop: (user) => {
          stops.push(user);
          return services.stop(user);
        },
      },
    }));

    assert.deepEqual(stops, ["edsger", "grace"], `killed at effect ${at}`);
    assert.deepEqual(pointers(killed), [OLD, NEW, NEW]);
    assert.match(killed.journal().waitingSince["ada"]?.why ?? "", /1 running/);
  }
  assert.ok(isFound);
});
