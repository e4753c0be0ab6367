/**
 * @module
 */
import assert from "node:assert/strict";
import { Counter } from "prom-client";
import { startAdminServer } from "./admin_server.ts";
import { createHealth } from "./health.ts";
import { createMetrics } from "./metrics.ts";

async function withAdmin(
  work: (
    ask: (path: string, init?: RequestInit) => Promise<[status: number, body: string]>,
    parts: { health: ReturnType<typeof createHealth>; life: { isAlive: boolean } },
  ) => Promise<void>,
): Promise<void> {
  const health = createHealth();
  const metrics = createMetrics({ hasRuntime: false });
  const life = { isAlive: true };
  new Counter({ name: "hearth_test_total", help: "Tests", registers: [metrics] }).inc(2);
  const server = startAdminServer({
    hostname: "127.0.0.1",
    port: 0,
    health,
    metrics,
    isAlive: () => life.isAlive,
  });
  try {
    await work(async (path, init) => {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init);
      return [response.status, await response.text()];
    }, { health, life });
  } finally {
    await server.stop();
  }
}

Deno.test("startAdminServer() answers ok when nothing is wrong", () =>
  withAdmin(async (ask) => {
    assert.deepEqual(await ask("/healthz"), [200, "ok\n"]);
    assert.deepEqual(await ask("/readyz?verbose"), [200, "ok\n"]);
  }));

Deno.test("startAdminServer() stays alive and ready when there is only a warning", () =>
  withAdmin(async (ask, { health }) => {
    health.raise("snapshot_stale", "warning", "The snapshot is old");

    assert.deepEqual([(await ask("/healthz"))[0], (await ask("/readyz"))[0]], [200, 200]);
  }));

Deno.test("startAdminServer() says what is wrong when a state is an error", () =>
  withAdmin(async (ask, { health }) => {
    health.raise("display", "warning", "The display is slow");
    health.raise("chromium_crashing", "error", "Chromium keeps dying");

    assert.equal((await ask("/healthz"))[0], 200);
    assert.deepEqual(await ask("/readyz"), [
      503,
      "error chromium_crashing: Chromium keeps dying\nwarning display: The display is slow\n",
    ]);
  }));

Deno.test("startAdminServer() fails the liveness when the program is not alive", () =>
  withAdmin(async (ask, { life }) => {
    life.isAlive = false;

    assert.deepEqual(await ask("/healthz"), [503, "not ready\n"]);
    assert.equal((await ask("/readyz"))[0], 200);
  }));

Deno.test("startAdminServer() shows the figures when /metrics is read", () =>
  withAdmin(async (ask) => {
    const [status, body] = await ask("/metrics");

    assert.equal(status, 200);
    assert.match(body, /^# TYPE hearth_test_total counter\nhearth_test_total 2$/m);
  }));

Deno.test("startAdminServer() refuses when path or method is another", () =>
  withAdmin(async (ask) => {
    assert.deepEqual(await ask("/"), [404, "not found\n"]);
    assert.deepEqual(await ask("/metrics", { method: "POST" }), [405, "method not allowed\n"]);
    assert.deepEqual(await ask("/healthz", { method: "HEAD" }), [200, ""]);
  }));
