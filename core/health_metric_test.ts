import assert from "node:assert/strict";
import { createHealth } from "./health.ts";
import { registerHealthMetric } from "./health_metric.ts";
import { createMetrics } from "./metrics.ts";

Deno.test("registerHealthMetric() shows what is wrong now, and nothing that is over", async () => {
  const metrics = createMetrics();
  const health = createHealth();
  registerHealthMetric(metrics, health, "hearth_test");
  const shown = async () =>
    (await metrics.metrics()).split("\n").filter((line) => line.startsWith("hearth_test_"));
  assert.deepEqual(await shown(), []);

  health.raise("unpublished", "error", "logins are missing");
  health.raise("slow", "warning", "slow");

  assert.deepEqual((await shown()).sort(), [
    'hearth_test_health_state{name="slow",severity="warning"} 1',
    'hearth_test_health_state{name="unpublished",severity="error"} 1',
  ]);
  health.clear("unpublished");
  assert.equal((await shown()).length, 1);
});
