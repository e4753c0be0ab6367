/**
 * The cache of trees that boxes are booted over.
 *
 * @module
 */
import assert from "node:assert/strict";
import { testDirectory } from "../support/snapshot_fixture.ts";
import { holdTree } from "./support/cache.ts";

/** Runs a test with a cache of its own. */
async function withCache(test: (cache: string) => Promise<void>): Promise<void> {
  await using directory = await testDirectory();
  const before = Deno.env.get("XDG_CACHE_HOME");
  Deno.env.set("XDG_CACHE_HOME", directory.path);
  try {
    await test(`${directory.path}/hearth-tests/trees`);
  } finally {
    if (before === undefined) Deno.env.delete("XDG_CACHE_HOME");
    else Deno.env.set("XDG_CACHE_HOME", before);
  }
}

Deno.test("holdTree() makes a tree once when several want it at the same time", () =>
  withCache(async () => {
    let made = 0;
    const make = async (dir: string) => {
      made += 1;
      await Deno.writeTextFile(`${dir}/x`, "x");
    };

    const trees = await Promise.all([1, 2, 3].map(() => holdTree("a", ["1"], make)));
    using other = await holdTree("a", ["2"], make);

    assert.equal(made, 2);
    assert.equal(new Set(trees.map(({ path }) => path)).size, 1);
    assert.notEqual(other.path, trees[0]?.path);
    assert.equal(await Deno.readTextFile(`${trees[0]?.path}/x`), "x");
    for (const tree of trees) tree[Symbol.dispose]();
  }));

Deno.test("holdTree() begins anew when whoever made the tree did not finish", () =>
  withCache(async () => {
    const failing = holdTree("a", ["1"], async (dir) => {
      await Deno.writeTextFile(`${dir}/half`, "");
      throw new Error("no mirror");
    });
    await assert.rejects(failing, /no mirror/);

    using tree = await holdTree("a", ["1"], (dir) => Deno.writeTextFile(`${dir}/whole`, ""));

    const names = await Array.fromAsync(Deno.readDir(tree.path), ({ name }) => name);
    assert.deepEqual(names, ["whole"]);
  }));

Deno.test("holdTree() removes trees that nobody holds when there are many of a name", () =>
  withCache(async (cache) => {
    const make = () => Promise.resolve();
    using held = await holdTree("a", ["held"], make);
    (await holdTree("ab", ["another name"], make))[Symbol.dispose]();
    for (let at = 0; at < 8; at++) (await holdTree("a", [String(at)], make))[Symbol.dispose]();

    const trees = (await Array.fromAsync(Deno.readDir(cache), ({ name }) => name))
      .filter((name) => !/\.(?:lock|making)$/.test(name));
    assert.ok(trees.includes(held.path.split("/").at(-1) ?? ""));
    assert.equal(trees.filter((name) => name.startsWith("a-")).length, 5);
    assert.equal(trees.filter((name) => name.startsWith("ab-")).length, 1);
  }));
