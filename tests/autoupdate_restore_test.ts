/**
 * A copy put back by hand when something is in the way.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DiskFull } from "../autoupdate/box_fixture.ts";
import { recoverAlone, type RunContext } from "../autoupdate/closing.ts";
import type { Data, Effects } from "../autoupdate/effects.ts";
import type { Manifest } from "../autoupdate/manifest.ts";
import { restoreByHand } from "../autoupdate/restore_by_hand.ts";
import { modelOf } from "./support/build_model.ts";
import { makeNightBox, type NightBox, OLD } from "./support/night_box.ts";
import { build, ERAS } from "./t3_fixture/builds.ts";

const OPTIONS = { user: "ada", id: undefined, isDrill: false, isApplying: true };

/** A box where `ada` has a copy and has written more since. */
async function withCopy(
  change: (effects: Effects) => Partial<Effects> & { data?: Data },
  work: (night: NightBox, context: RunContext) => Promise<void>,
  about: Pick<Manifest, "kind" | "from"> = { kind: "nightly" },
): Promise<void> {
  const users = [{ name: "ada", isUsed: true, titles: [] }];
  await using night = await makeNightBox(modelOf(build("0.3.0", ERAS.portCookie)), users, {});
  const context = night.context();
  const { effects } = context.box;
  const id = await effects.data.backup("ada", { from: OLD, to: "0.3.0" });
  const manifest = {
    format: 1 as const,
    user: "ada",
    atMs: 1,
    ...about,
    files: [],
  };
  const store = { ...context.box.store, list: () => Promise.resolve([{ id, manifest }]) };
  const box = { ...context.box, store, effects: { ...effects, ...change(effects) } };
  await work(night, { ...context, box });
}

/** Works up to the given write of the journal, and finds the disk full from then on. */
function fullFrom(write: number) {
  let writes = 0;
  return ({ save }: Effects) => ({
    save: (...args: Parameters<typeof save>) =>
      ++writes >= write ? Promise.reject(new DiskFull()) : save(...args),
  });
}

Deno.test("restoreByHand() puts a copy back and keeps aside what it replaces", () =>
  withCopy(() => ({}), async (night, context) => {
    const text = await restoreByHand(context, OPTIONS);

    assert.match(text, /was put back/);
    assert.equal(night.box.users.get("ada")?.keptAside.length, 1);
    assert.deepEqual([night.box.brokenUsers(), night.box.lostRows()], [[], []]);
    assert.deepEqual((await night.state()).held, {});
  }));

Deno.test("restoreByHand() changes nothing when the journal cannot be written", () =>
  withCopy(fullFrom(1), async (night, context) => {
    await assert.rejects(restoreByHand(context, OPTIONS), {
      message: 'Cannot restore the data of "ada": nothing was changed: ' +
        "No space left on device (os error 28)",
    });

    const { running, pointer, keptAside } = night.box.users.get("ada") ?? {};
    assert.deepEqual([running, pointer, keptAside], [OLD, OLD, []]);
  }));

Deno.test("restoreByHand() has somebody work whose end cannot be written down", () =>
  withCopy(fullFrom(2), async (night, context) => {
    assert.match(await restoreByHand(context, OPTIONS), /was put back/);

    assert.deepEqual(night.box.brokenUsers(), []);
    assert.deepEqual((await night.state()).held, { ada: OLD });
    const later = await recoverAlone(night.context());
    assert.deepEqual(later, { result: "nothing", why: "nothing was left undone" });
    assert.deepEqual((await night.state()).held, {}, "who has a version is held no more");
  }));

Deno.test("restoreByHand() gives a user back what it may not replace", () =>
  withCopy(
    ({ data }) => ({ data: { ...data, openBy: () => Promise.resolve([4_711]) } }),
    async (night, context) => {
      await assert.rejects(restoreByHand(context, OPTIONS), /process 4711 has it open; nothing/);

      const { running, keptAside } = night.box.users.get("ada") ?? {};
      assert.deepEqual([running, keptAside], [OLD, []]);
    },
  ));

for (const [of, from] of [["an earlier version", "0.1.0"], ["the same version", OLD]] as const) {
  Deno.test(`restoreByHand() puts a copy of a night back that is of ${of}`, () =>
    withCopy(() => ({}), async (night, context) => {
      assert.match(await restoreByHand(context, OPTIONS), /was put back/);
      assert.deepEqual(night.box.brokenUsers(), []);
    }, { kind: "nightly", from }));
}

for (
  const [kind, from] of [["nightly", "0.3.0"], ["update", "0.3.0"], ["update", "0.1.0"]] as const
) {
  Deno.test(`restoreByHand() touches nothing for a copy of ${from} (${kind})`, () =>
    withCopy(() => ({}), async (night, context) => {
      await assert.rejects(restoreByHand(context, OPTIONS), /the copy is of .*, they have 0\.2\.0/);

      const { running, pointer, keptAside } = night.box.users.get("ada") ?? {};
      assert.deepEqual([running, pointer, keptAside], [OLD, OLD, []]);
    }, { kind, from }));
}
