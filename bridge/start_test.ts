import { match, strictEqual } from "node:assert/strict";
import { startTestBridge } from "../tests/support/bridge.ts";
import { freePort } from "../tests/support/free_port.ts";
import { startProgram } from "../tests/support/program.ts";

Deno.test("bridge() says in one line that its port is taken", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using bridge = startProgram("bridge", {
    flags: ["--allow-net=127.0.0.1"],
    env: { BRIDGE_LISTEN_PORT: String(taken.addr.port), BRIDGE_ADMIN_PORT: String(freePort()) },
  });

  strictEqual(await bridge.exitCode, 1);
  match(bridge.lines.join("\n"), /^bridge: Cannot listen on 127\.0\.0\.1:\d+: the port is taken/);
});

Deno.test("bridge() says in one line that its admin port is taken", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using bridge = startProgram("bridge", {
    flags: ["--allow-net=127.0.0.1"],
    env: { BRIDGE_ADMIN_PORT: String(taken.addr.port), BRIDGE_LISTEN_PORT: String(freePort()) },
  });

  strictEqual(await bridge.exitCode, 1);
  match(bridge.lines.join("\n"), /^bridge: Cannot listen on 127\.0\.0\.1:\d+: the port is taken/);
});

Deno.test("bridge() answers 503 with the way out while there is no browser", async () => {
  await using bridge = await startTestBridge({
    targetPort: freePort(),
    env: { BRIDGE_BROWSER_WAIT_MS: "0" },
  });

  const response = await fetch(`${bridge.url}/json/version`);
  const ready = await fetch(`${bridge.adminUrl}/readyz`);
  const alive = await fetch(`${bridge.adminUrl}/healthz`);

  strictEqual(response.status, 503);
  match(await response.text(), /No browser answers: it is not running, or still starting/);
  strictEqual(ready.status, 503);
  match(await ready.text(), /error browser: /);
  strictEqual(alive.status, 200);
  await alive.body?.cancel();
});
