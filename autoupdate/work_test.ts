/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { beginRollback, beginUpdate } from "./begin.ts";
import { createFakeBox, DiskFull, type FakeBox, type Flaw, Killed } from "./box_fixture.ts";
import { countAttempt } from "./machine.ts";
import { work } from "./work.ts";

const [OLD, NEW] = ["0.1.0", "0.2.0"];
const BUILD = { version: NEW, integrity: undefined, provenance: undefined };
const OPTIONS = { quietMs: 900_000, soakMs: 60_000 };

function box(flaw: Flaw, users: readonly { name: string; isBusy?: boolean }[], old?: string) {
  const builds = { [OLD]: { schema: 1, flaw: "none" as const }, [NEW]: { schema: 2, flaw } };
  return createFakeBox({ builds, old, users, to: NEW });
}

const THREE = [{ name: "ada" }, { name: "edsger" }, { name: "grace" }];

/** One process: begins an update, or goes on with the one in the journal. */
async function run(box: FakeBox): Promise<void> {
  const effects = box.effects();
  let state = box.journal();
  if (state.update === undefined) {
    const [instances, pointers] = [await effects.instances(), await effects.pointers.all()];
    state = beginUpdate(state, { instances, pointers }, BUILD, 1);
  } else state = countAttempt(state);
  await effects.save(state);
  await work(state, effects, OPTIONS, new AbortController().signal);
}

/** Processes until nothing is left to do; each may be killed at the effects given. */
async function runThrough(box: FakeBox, kills: readonly number[], isPowerCut: boolean) {
  for (const at of [...kills, Infinity]) {
    box.killAt(at, isPowerCut);
    try {
      await run(box);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      continue;
    }
    if (box.journal().update === undefined) return;
  }
}

function pointers(box: FakeBox): readonly (string | undefined)[] {
  return [...box.users.values()].map(({ pointer }) => pointer);
}

Deno.test("work() moves everybody to a good build and calls it the last good one", async () => {
  const good = box("none", THREE, OLD);

  await runThrough(good, [], false);

  assert.deepEqual(pointers(good), [NEW, NEW, NEW]);
  assert.equal(good.journal().lastGood?.version, NEW);
  assert.deepEqual(good.journal().earlier.map(({ version }) => version), [OLD]);
  assert.deepEqual([good.brokenUsers(), good.lostRows(), good.dangers], [[], [], []]);
});

Deno.test("work() installs the first build where there is none", async () => {
  const fresh = box("none", THREE);

  await runThrough(fresh, [], false);

  assert.deepEqual([pointers(fresh), fresh.brokenUsers()], [[NEW, NEW, NEW], []]);
  assert.equal(fresh.journal().lastGood?.version, NEW);
});

Deno.test("work() leaves nothing running of a first build that fails", async () => {
  const fresh = box("front-door", THREE);

  await runThrough(fresh, [], false);

  assert.deepEqual(pointers(fresh), [undefined, undefined, undefined]);
  assert.equal(fresh.journal().lastGood, undefined);
});

Deno.test("work() defers who is busy and commits with the others", async () => {
  const half = box("none", [{ name: "ada", isBusy: true }, { name: "grace" }], OLD);

  await runThrough(half, [], false);

  assert.deepEqual(pointers(half), [OLD, NEW]);
  assert.equal(half.users.get("ada")?.running, OLD);
  assert.match(half.journal().waitingSince["ada"]?.why ?? "", /1 running/);
  assert.equal(half.journal().lastGood?.version, NEW);
});

Deno.test("work() calls no build good that nobody uses", async () => {
  const all = box("none", [{ name: "ada", isBusy: true }, { name: "grace", isBusy: true }], OLD);

  await runThrough(all, [], false);

  assert.deepEqual(pointers(all), [OLD, OLD]);
  const { lastGood, pending, lastRun } = all.journal();
  assert.deepEqual([lastGood?.version, pending, lastRun?.result], [OLD, NEW, "deferred"]);
});

for (const flaw of ["gate", "front-door", "own-data", "soak", "loses-rows"] as const) {
  Deno.test(`work() brings everybody back from a build with the flaw "${flaw}"`, async () => {
    const bad = box(flaw, THREE, OLD);

    await runThrough(bad, [], false);

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
  const effects = tight.effects();
  const { data } = effects;
  const roomBytes = (user: string) => Promise.resolve(user === "ada" ? 1_000_000 : 1_000_000_000);
  const begun = beginUpdate(
    tight.journal(),
    { instances: await effects.instances(), pointers: await effects.pointers.all() },
    BUILD,
    1,
  );

  const { signal } = new AbortController();
  await work(begun, { ...effects, data: { ...data, roomBytes } }, OPTIONS, signal);

  assert.deepEqual(pointers(tight), [OLD, NEW, NEW]);
  assert.match(tight.journal().waitingSince["ada"]?.why ?? "", /home of ada has 1000000 bytes/);
});

/** What must be so once all is quiet, whatever happened before. */
function assertMorning(box: FakeBox, flaw: Flaw, detail: string): void {
  assert.equal(box.journal().update, undefined, detail);
  assert.deepEqual(box.brokenUsers(), [], detail);
  assert.deepEqual(box.lostRows(), [], detail);
  assert.deepEqual(box.dangers, [], detail);
  for (const [name, { pointer, isBusy }] of box.users) {
    // Whose data alone breaks the build may have been busy, and so never have had it.
    const isGraceLeft = box.users.get("grace")?.isBusy ||
      box.journal().waitingSince["grace"] !== undefined;
    const isFine = flaw === "none" || (flaw === "own-data" && isGraceLeft);
    assert.ok(pointer === OLD || (pointer === NEW && isFine), `${detail}: ${name} ${pointer}`);
    if (isBusy) assert.equal(pointer, OLD, `${detail}: ${name} was busy`);
  }
  if (![...box.users.values()].some(({ pointer }) => pointer === NEW)) {
    assert.equal(box.journal().lastGood?.version, OLD, detail);
  }
}

for (const flaw of ["none", "gate", "front-door", "own-data", "soak", "loses-rows"] as const) {
  for (const isPowerCut of [false, true]) {
    const how = isPowerCut ? "the power is cut" : "it is killed";
    Deno.test(`work() leaves a good morning when ${how} at any effect of "${flaw}"`, async () => {
      const whole = box(flaw, THREE, OLD);
      await runThrough(whole, [], false);
      assert.ok(whole.ticks > 15);

      for (let at = 1; at <= whole.ticks; at++) {
        const killed = box(flaw, THREE, OLD);
        await runThrough(killed, [at], isPowerCut);
        assertMorning(killed, flaw, `${how} at effect ${at} of ${whole.ticks}`);
      }
    });
  }
}

Deno.test("work() leaves a good morning after any series of deaths", async () => {
  const flaws = ["none", "gate", "front-door", "own-data", "soak", "loses-rows"] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...flaws),
      fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 6 }),
      fc.boolean(),
      fc.subarray(["ada", "edsger", "grace"]),
      async (flaw, kills, isPowerCut, busy) => {
        const users = THREE.map(({ name }) => ({ name, isBusy: busy.includes(name) }));
        const killed = box(flaw, users, OLD);
        await runThrough(killed, kills, isPowerCut);
        assertMorning(killed, flaw, `${flaw} ${kills} ${isPowerCut} ${busy}`);
      },
    ),
    { numRuns: 300 },
  );
});

/** Whether there is something left to do: one that failed is not tried again. */
function isOffered(box: FakeBox): boolean {
  const { update, skipped, lastGood } = box.journal();
  return update !== undefined || (skipped[NEW] === undefined && lastGood?.version !== NEW);
}

/** One process on a disk that may be full. */
async function runOnFullDisk(box: FakeBox): Promise<void> {
  if (!isOffered(box)) return;
  try {
    await run(box);
  } catch (error) {
    if (!(error instanceof DiskFull)) throw error;
  }
}

/** Begins a way back from a good build that somebody asked for. */
async function askBack(box: FakeBox): Promise<void> {
  await runThrough(box, [], false);
  const copies = new Map([...box.users.keys()].map((user) => [user, box.copyOf(user) ?? ""]));
  const [effects, state] = [box.effects(), box.journal()];
  const [instances, pointers] = [await effects.instances(), await effects.pointers.all()];
  const way = { to: OLD, why: "a test", copies };
  await effects.save(beginRollback(state, { instances, pointers }, way, 1));
}

const FULL_FLAWS = ["none", "gate", "front-door", "own-data", "soak", "loses-rows"] as const;

for (const flaw of [...FULL_FLAWS, "asked back"] as const) {
  const isAsked = flaw === "asked back";
  const begin = async (): Promise<FakeBox> => {
    const made = box(isAsked ? "none" : flaw, THREE, OLD);
    if (isAsked) await askBack(made);
    return made;
  };
  for (const nights of [0, 3]) {
    const how = nights === 0 ? "one write" : "every write from one on";
    Deno.test(`work() leaves a good morning when ${how} finds the disk full ("${flaw}")`, async () => {
      const whole = await begin();
      const before = whole.writes;
      await runThrough(whole, [], false);
      const writes = whole.writes - before;
      assert.ok(writes > 4);

      for (let at = 1; at <= writes; at++) {
        const detail = `the disk is full at write ${at} of ${writes}`;
        const full = await begin();
        full.fullAt(at, nights === 0 ? at + 1 : Infinity);
        await runOnFullDisk(full);
        for (let night = 0; night < nights; night++) {
          assert.deepEqual(full.brokenUsers(), [], detail);
          await runOnFullDisk(full);
        }
        full.fullAt(Infinity, Infinity);
        for (let night = 0; night < 3; night++) await runOnFullDisk(full);
        assertMorning(full, isAsked ? "none" : flaw, detail);
        const end = isAsked || flaw !== "none" ? OLD : NEW;
        const { skipped, waitingSince } = full.journal();
        // Who could not be copied meanwhile waits, as who was busy does.
        if (Object.keys(waitingSince).length === 0) {
          assert.deepEqual(pointers(full), [end, end, end], detail);
          assert.equal(skipped[NEW] !== undefined, end === OLD, detail);
        }
        if (end === NEW) assert.deepEqual(skipped, {}, detail);
      }
    });
  }
}

Deno.test("work() holds nothing against a build when it is asked to stop at any effect", async () => {
  const whole = box("none", THREE, OLD);
  await runThrough(whole, [], false);

  for (let at = 1; at <= whole.ticks; at++) {
    const detail = `asked to stop at effect ${at} of ${whole.ticks}`;
    const asked = box("none", THREE, OLD);
    for (let night = 0; night < 5 && isOffered(asked); night++) {
      await runUntilAsked(asked, night < 4 ? at : Infinity);
      assert.deepEqual([asked.brokenUsers(), asked.journal().skipped], [[], {}], detail);
    }
    assertMorning(asked, "none", detail);
    assert.deepEqual(pointers(asked), [NEW, NEW, NEW], detail);
  }
});

Deno.test("work() does again what a stop cut short of a user's way", async () => {
  const cut = box("none", THREE, OLD);
  const stopping = new AbortController();
  const effects = cut.effects();
  const begun = beginUpdate(
    cut.journal(),
    { instances: await effects.instances(), pointers: await effects.pointers.all() },
    BUILD,
    1,
  );
  // Ctrl-C ends what the updater started as well: here the look at ada's new version.
  const visit: typeof effects.visit = async (instance, version, sizeBytes) => {
    if (version !== NEW || stopping.signal.aborted) {
      return await effects.visit(instance, version, sizeBytes);
    }
    stopping.abort();
    return { is: "bad", why: "no credential can be made: it was killed" };
  };

  const left = await work(begun, { ...effects, visit }, OPTIONS, stopping.signal);

  assert.equal(left.update?.users[0]?.step.at, "verified");
  assert.deepEqual(pointers(cut), [NEW, OLD, OLD]);
  assert.deepEqual([left.update?.attempts, left.skipped, cut.freezes], [0, {}, []]);
});

/** One process that is asked to stop at an effect, as by Ctrl-C. */
async function runUntilAsked(box: FakeBox, at: number): Promise<void> {
  const stopping = new AbortController();
  const effects = box.effects();
  const last = box.ticks + at;
  const save: typeof effects.save = async (state) => {
    await effects.save(state);
    if (box.ticks >= last) stopping.abort();
  };
  let state = box.journal();
  if (state.update === undefined) {
    const [instances, pointers] = [await effects.instances(), await effects.pointers.all()];
    state = beginUpdate(state, { instances, pointers }, BUILD, 1);
  } else state = countAttempt(state);
  await save(state);
  await work(state, { ...effects, save }, OPTIONS, stopping.signal);
}
