import assert from "node:assert/strict";
import fc from "fast-check";
import { startAdminServer } from "./admin_server.ts";
import { askHealth, metricOf } from "./ask_health.ts";
import { createHealth } from "./health.ts";
import { startHttpServer } from "./http_server.ts";
import { createMetrics } from "./metrics.ts";

const LISTEN = { hostname: "127.0.0.1", port: 0 };

Deno.test("askHealth() tells ready from not ready and absent when it asks real ports", async () => {
  const sick = createHealth();
  sick.raise("snapshot_stale", "error", "Snapshot is old");
  sick.raise("watch_unavailable", "warning", "Cannot watch");
  await using held = new AsyncDisposableStack();
  const [well, ill] = [createHealth(), sick].map((health) => {
    const server = startAdminServer({ ...LISTEN, health, metrics: createMetrics() });
    held.defer(() => server.stop());
    return `http://127.0.0.1:${server.port}`;
  });
  using closed = Deno.listen(LISTEN);
  const { port } = closed.addr;
  closed.close();

  const found = await Promise.all(
    [well ?? "", ill ?? "", `http://127.0.0.1:${port}`].map((base) => askHealth(base)),
  );

  assert.deepEqual(found.map(({ state }) => state), ["ready", "not_ready", "absent"]);
  assert.equal(
    found[1]?.says,
    "error snapshot_stale: Snapshot is old; warning watch_unavailable: Cannot watch",
  );
  // Rounded to a second, which may be the next one.
  const agoMs = Date.now() - (found[0]?.startedMs ?? 0);
  assert.ok(agoMs >= -500 && agoMs < 3_600_000, String(agoMs));
});

Deno.test("askHealth() takes no more of an answer than a person can read when it has no end", async () => {
  const server = startHttpServer(() =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(120)),
      }),
      { status: 503 },
    ), LISTEN);

  const { state, says } = await askHealth(`http://127.0.0.1:${server.port}`);

  assert.equal(state, "not_ready");
  assert.equal(says, "x".repeat(300));
  await server.stop();
});

Deno.test("metricOf() reads the metric of that very name when others begin with it", () => {
  const text = '# HELP up x\nup_more 3\nup{a="b"} 4\nup 5\n';

  assert.equal(metricOf(text, "up"), 5);
  assert.equal(metricOf("up NaN\n", "up"), undefined);
  fc.assert(fc.property(fc.string(), (any) => void metricOf(any, "up")));
});
