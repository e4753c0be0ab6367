/**
 * The house's floors, checked on the module graph Deno itself builds.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../../core/process.ts";
import { floorFaults, type Import } from "./floors.ts";
import { ROOT, rootPrograms } from "./repository.ts";

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

Deno.test("floorFaults() finds nothing when it walks the product's module graph", async () => {
  const imports = await productImports();

  const faults = floorFaults(imports);

  assert.ok(imports.length > 20, `only ${imports.length} imports were found`);
  assert.deepEqual(faults, []);
});

Deno.test.each([
  ["core imports cdp", "core/a.ts", "cdp/b.ts", "imports go down, never up"],
  ["cdp imports t3", "cdp/a.ts", "t3/b.ts", "a room imports lower floors only"],
  ["a room imports another", "bridge/a.ts", "browser/b.ts", "a room imports lower floors only"],
  ["roster imports provision", "roster/a.ts", "provision/b.ts", "a room imports lower floors only"],
  ["a room imports a program", "local/a.ts", "bridge.ts", "nothing imports a root program"],
  ["a program imports a program", "hearth.ts", "bridge.ts", "nothing imports a root program"],
  ["a room imports a test", "bridge/a.ts", "tests/b.ts", '"tests" is no floor of the house'],
  ["a folder is unknown", "attic/a.ts", "core/b.ts", '"attic" is no floor of the house'],
])("floorFaults() refuses when %s", (_, from, to, why) => {
  const faults = floorFaults([{ from, to }]);

  assert.deepEqual(faults, [`${from} imports ${to}: ${why}`]);
});

Deno.test("floorFaults() allows what the house allows", () => {
  const faults = floorFaults([
    { from: "provision/a.ts", to: "roster/b.ts" },
    { from: "hearth.ts", to: "local/b.ts" },
    { from: "harvester.ts", to: "core/b.ts" },
    { from: "snapshot/a.ts", to: "cdp/b.ts" },
    { from: "snapshot/a.ts", to: "snapshot/b.ts" },
  ]);

  assert.deepEqual(faults, []);
});

Deno.test("floorFaults() names the circle when files import each other", () => {
  const faults = floorFaults([
    { from: "core/start.ts", to: "core/a.ts" },
    { from: "core/a.ts", to: "core/b.ts" },
    { from: "core/b.ts", to: "core/c.ts" },
    { from: "core/c.ts", to: "core/a.ts" },
  ]);

  assert.deepEqual(faults, [
    "Files import in a circle: core/a.ts -> core/b.ts -> core/c.ts -> core/a.ts",
  ]);
});

/**
 * The imports between the product's own files; types count as much as code. The product is what
 * the root programs reach: fixtures that lie beside their tests are no part of it.
 */
async function productImports(): Promise<readonly Import[]> {
  const entry = await Deno.makeTempFile({ prefix: "hearth-graph-", suffix: ".ts" });
  try {
    const lines = rootPrograms().map((name) => `import "file://${ROOT}${name}.ts";\n`);
    await Deno.writeTextFile(entry, lines.join(""));
    const result = await runCommand(
      Deno.execPath(),
      ["info", "--json", "--config", `${ROOT}deno.json`, entry],
      { deadlineMs: 120_000 },
    );
    assert.equal(result.code, 0, result.stderr);
    const graph: Graph = JSON.parse(result.stdout);
    const prefix = `file://${ROOT}`;
    const imports: Import[] = [];
    for (const { specifier, error, dependencies = [] } of graph.modules) {
      assert.equal(error, undefined, `${specifier}: ${error}`);
      if (!specifier.startsWith(prefix)) continue;
      for (const { code, type } of dependencies) {
        const target = code?.specifier ?? type?.specifier ?? "";
        if (!target.startsWith(prefix)) continue;
        imports.push({ from: specifier.slice(prefix.length), to: target.slice(prefix.length) });
      }
    }
    return imports;
  } finally {
    await Deno.remove(entry);
  }
}
