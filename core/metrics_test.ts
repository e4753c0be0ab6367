/**
 * @module
 */
import assert from "node:assert/strict";
import { Counter } from "prom-client";
import { snippetArgs } from "../tests/support/snippet.ts";
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

Deno.test("createMetrics() shows the runtime's figures and lets the program end", async () => {
  const code = `
    import { createMetrics } from "@root/core/metrics.ts";
    console.log(await createMetrics().metrics());`;

  const result = await runCommand(Deno.execPath(), snippetArgs(code));

  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stdout, /^process_resident_memory_bytes [1-9]/m);
  assert.match(result.stdout, /^nodejs_heap_size_used_bytes [1-9]/m);
});
