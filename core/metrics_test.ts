/**
 * @module
 */
import assert from "node:assert/strict";
import { Counter } from "prom-client";
import { ROOT } from "../tests/support/program.ts";
import { createMetrics } from "./metrics.ts";
import { runCommand } from "./process.ts";

Deno.test("createMetrics() keeps two programs' figures apart when both count the same", async () => {
  const [first, second] = [
    createMetrics({ hasRuntime: false }),
    createMetrics({ hasRuntime: false }),
  ];

  new Counter({ name: "hearth_test_things_total", help: "Things", registers: [first] }).inc(3);
  new Counter({ name: "hearth_test_things_total", help: "Things", registers: [second] }).inc(5);

  assert.match(await first.metrics(), /^hearth_test_things_total 3$/m);
  assert.match(await second.metrics(), /^hearth_test_things_total 5$/m);
});

Deno.test("createMetrics() shows the runtime's figures to a program without permissions", async () => {
  const directory = await Deno.makeTempDir({ prefix: "hearth-metrics-" });
  try {
    const path = `${directory}/show.ts`;
    await Deno.writeTextFile(
      path,
      `import { createMetrics } from "file://${ROOT}core/metrics.ts";
      console.log(await createMetrics().metrics());`,
    );
    const result = await runCommand(Deno.execPath(), [
      ...["run", "-q", "--no-prompt", "--cached-only", "--config", `${ROOT}deno.json`, path],
    ]);

    assert.equal(result.code, 0, result.stderr);
    const figure = (name: string) =>
      Number(new RegExp(`^${name} (\\S+)$`, "m").exec(result.stdout)?.[1] ?? 0);
    assert.ok(figure("process_resident_memory_bytes") > 10_000_000, result.stdout);
    assert.ok(figure("nodejs_heap_size_used_bytes") > 1_000_000, result.stdout);
    assert.ok(figure("process_start_time_seconds") > 1_700_000_000, result.stdout);
    // What cannot be known is left out: a 0 would be taken for a figure.
    assert.doesNotMatch(result.stdout, /^process_(?!cpu_)\S+ 0$/m);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
