/**
 * The cache of trees that boxes are booted over.
 *
 * @module
 */
import assert from "node:assert/strict";
import { testDirectory } from "../support/snapshot_fixture.ts";
import { holdTree } from "./support/cache.ts";

type Hold = typeof holdTree;

/** Runs a test with a cache of its own. */
async function withCache(test: (hold: Hold, cache: string) => Promise<void>): Promise<void> {
  await using directory = await testDirectory();
  const cache = `${directory.path}/trees`;
  await test((name, inputs, make) => holdTree(name, inputs, make, cache), cache);
}

Deno.test("holdTree() makes a tree once when several want it at the same time", () =>
  withCache(async (hold) => {
    let made = 0;
    const make = async (dir: string) => {
      made += 1;
      await Deno.writeTextFile(`${dir}/x`, "x");
    };

    const trees = await Promise.all([1, 2, 3].map(() => hold("a", ["1"], make)));
    using other = await hold("a", ["2"], make);

    assert.equal(made, 2);
    assert.equal(new Set(trees.map(({ path }) => path)).size, 1);
    assert.notEqual(other.path, trees[0]?.path);
    assert.equal(await Deno.readTextFile(`${trees[0]?.path}/x`), "x");
    for (const tree of trees) tree[Symbol.dispose]();
  }));

Deno.test("holdTree() begins anew when whoever made the tree did not finish", () =>
  withCache(async (hold) => {
    const failing = hold("a", ["1"], async (dir) => {
      await Deno.writeTextFile(`${dir}/half`, "");
      throw new Error("no mirror");
    });
    await assert.rejects(failing, /no mirror/);

    using tree = await hold("a", ["1"], (dir) => Deno.writeTextFile(`${dir}/whole`, ""));

    const names = await Array.fromAsync(Deno.readDir(tree.path), ({ name }) => name);
    assert.deepEqual(names, ["whole"]);
  }));

Deno.test("holdTree() removes trees that nobody holds when there are many of a name", () =>
  withCache(async (hold, cache) => {
    const make = () => Promise.resolve();
    using held = await hold("a", ["held"], make);
    (await hold("ab", ["another name"], make))[Symbol.dispose]();
    for (let at = 0; at < 8; at++) (await hold("a", [String(at)], make))[Symbol.dispose]();

    const trees = (await Array.fromAsync(Deno.readDir(cache), ({ name }) => name))
      .filter((name) => !/\.(?:lock|making)$/.test(name));
    assert.ok(trees.includes(held.path.split("/").at(-1) ?? ""));
    assert.equal(trees.filter((name) => name.startsWith("a-")).length, 5);
    assert.equal(trees.filter((name) => name.startsWith("ab-")).length, 1);
  }));
