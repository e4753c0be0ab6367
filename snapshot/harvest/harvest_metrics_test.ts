/**
 * @module
 */
import assert from "node:assert/strict";
import { createHealth } from "../../core/health.ts";
import { createHarvestMetrics } from "./harvest_metrics.ts";

Deno.test("createHarvestMetrics() counts from the start, then from the last current snapshot", async () => {
  let nowMs = 5_000;
  const { registry, onCurrent } = createHarvestMetrics(createHealth(), () => nowMs);

  nowMs = 9_000;
  const before = await registry.metrics();
  onCurrent();
  nowMs = 20_000;
  const after = await registry.metrics();

  assert.match(before, /^hearth_harvester_current_timestamp_seconds 5$/m);
  assert.match(after, /^hearth_harvester_current_timestamp_seconds 9$/m);
});
