import assert from "node:assert/strict";
import { systemClock } from "../core/clock.ts";
import { createLogger } from "../core/log.ts";
import { createMetrics } from "../core/metrics.ts";
import { ClientConnection } from "./client_connection.ts";
import type { ConnectionDeps } from "./connection_deps.ts";
import { createDispatchMetrics } from "./dispatch_metrics.ts";
import { InstanceHealth } from "./instance_health.ts";
import { InstancePool } from "./instance_pool.ts";
import { LoopGuard } from "./loop_guard.ts";

function depsOf(pool: InstancePool): ConnectionDeps {
  const clock = systemClock;
  return {
    identity: { header: "X-authentik-username", trustedPeers: [], ingressToken: undefined },
    table: () => new Map(),
    signIn: {
      mint: () => Promise.resolve({ kind: "failed", text: "nobody mints here" }),
      loops: new LoopGuard(clock),
      deadlineMs: 1_000,
      clock,
    },
    pool,
    health: new InstanceHealth(clock.now),
    cookieNames: new Map(),
    headTimeoutMs: 20,
    idleTimeoutMs: 20,
    lingerMs: 20,
    metrics: createDispatchMetrics(createMetrics({ hasRuntime: false }), () => 0),
    clock,
    log: createLogger({ component: "dispatch", write() {} }),
    signal: new AbortController().signal,
  };
}

Deno.test("ClientConnection ends when its client is gone as it is told that it was late", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const conn = await listener.accept();
  const pool = new InstancePool(systemClock);
  let writes = 0;
  // A reset that comes between the deadline and the answer cannot be timed from outside.
  const reset = new Proxy(conn, {
    get(target, name) {
      if (name === "write") {
        writes++;
        return () => Promise.reject(new Deno.errors.ConnectionReset("reset"));
      }
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  await client.write(new TextEncoder().encode("GET / HT"));

  await new ClientConnection(reset, depsOf(pool)).run();

  assert.equal(writes, 1);
  pool.close();
});

Deno.test("ClientConnection has the kernel ask whether its client is still there", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const conn = await listener.accept();
  const pool = new InstancePool(systemClock);
  const ends = [listener.addr.port, client.localAddr.port].map((port) =>
    `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`
  );

  const running = new ClientConnection(conn, depsOf(pool)).run();
  const table = await Deno.readTextFile("/proc/net/tcp");
  await running;
  pool.close();

  const [row = ""] = table.split("\n").filter((line) => line.includes(ends.join(" ")));
  // The timer of the connection, as proc(5) has it: 2 is that of keepalive.
  assert.match(row, / 02:[0-9A-F]{8} /);
});
