/**
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../../../core/process.ts";
import { ROOT } from "../../../tests/gate/repository.ts";
import { importsOf, sourceGraph } from "./source_graph.ts";

Deno.test("importsOf() finds every kind of import, and none in documentation", () => {
  const text = [
    'import { a } from "./a.ts";',
    "import type {",
    "  B,",
    '} from "./b.ts";',
    'export * from "zod";',
    'import "./effect.ts";',
    'const c = await import("./c.ts");',
    'new Worker(new URL("./worker.ts", import.meta.url));',
    "/**",
    ' * import { no } from "./no.ts";',
    " */",
    '// import { no } from "./no.ts";',
  ].join("\n");

  assert.deepEqual(importsOf(text), [
    "./a.ts",
    "./b.ts",
    "zod",
    "./effect.ts",
    "./c.ts",
    "./worker.ts",
  ]);
});

Deno.test("sourceGraph() finds what Deno finds when it follows refresh.ts and roster.ts", async () => {
  const entries = ["refresh.ts", "roster.ts"];
  const expected = new Set<string>();
  for (const entry of entries) {
    const { stdout } = await runCommand(
      Deno.execPath(),
      ["info", "--json", "--config", `${ROOT}deno.json`, `${ROOT}${entry}`],
      { deadlineMs: 120_000 },
    );
    const graph: { modules: { specifier: string }[] } = JSON.parse(stdout);
    for (const { specifier } of graph.modules) {
      if (specifier.startsWith(`file://${ROOT}`)) {
        expected.add(specifier.slice(`file://${ROOT}`.length));
      }
    }
  }

  const { modules } = await sourceGraph(entries, (path) => Deno.readTextFile(`${ROOT}${path}`));

  assert.deepEqual(
    [...modules.keys()],
    [...expected].filter((path) => !path.startsWith("node_modules/")).sort(),
  );
});
