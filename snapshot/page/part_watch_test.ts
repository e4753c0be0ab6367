import assert from "node:assert/strict";
import { startAdminServer } from "../../core/admin_server.ts";
import { createHealth } from "../../core/health.ts";
import { createFakeClock } from "../../tests/support/fake_clock.ts";
import { createHarvestMetrics } from "../harvest/harvest_metrics.ts";
import { createPartWatch } from "./part_watch.ts";

Deno.test("createPartWatch() asks what the harvester really shows, again when the answer is old", async () => {
  const clock = createFakeClock(1_000_000);
  const health = createHealth();
  const { registry: metrics } = createHarvestMetrics(health, () => 42_000);
  const server = startAdminServer({ hostname: "127.0.0.1", port: 0, health, metrics });
  const { signal } = new AbortController();
  const harvester = new URL(`http://127.0.0.1:${server.port}`);
  const watch = createPartWatch({ urls: { browser: undefined, harvester }, clock, signal });

  const [first, ...others] = await watch.look(3_000);
  health.raise("browser_unreachable", "error", "Nobody answers");
  const [soon] = await watch.look(3_000);
  clock.advance(3_000);
  const [later] = await watch.look(3_000);
  await server.stop();
  clock.advance(3_000);
  const [gone] = await watch.look(3_000);

  assert.deepEqual(others, []);
  assert.deepEqual([first?.state, first?.currentMs], ["ready", 42_000]);
  assert.equal(soon, first);
  assert.equal(later?.state, "not_ready");
  assert.equal(later?.says, "error browser_unreachable: Nobody answers");
  assert.equal(later?.sinceMs, 1_003_000);
  assert.deepEqual([gone?.state, gone?.sinceMs], ["absent", 1_006_000]);
});
