import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { startTestBridge } from "../tests/support/bridge.ts";
import { startChromium } from "../tests/support/chromium.ts";
import { eventually } from "../tests/support/eventually.ts";
import { clientText } from "../core/frame_fixture.ts";
import { connectRaw, type Ending } from "./raw_client.ts";
import { exchange, startTestServer } from "./test_server.ts";

const CLIENTS = 50;
/** Longer than a slow machine takes to let all of them go. */
const DRAIN_MS = 40_000;

/** What a metric says, all labels added up. */
async function metric(adminUrl: string, name: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return text.split("\n").filter((line) => line.startsWith(name) && !line.startsWith("#"))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

Deno.test("bridge() tells 50 clients that the browser was killed, and serves the next browser", async () => {
  const first = await startChromium();
  await using bridge = await startTestBridge({ targetPort: first.port });
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => connectRaw(bridge.port, "/devtools/browser")),
  );
  await Promise.all(clients.map((client) => client.call("Browser.getVersion")));

  first.child.kill("SIGKILL");
  const endings = await Promise.all(clients.map((client) => client.ended));
  for (const client of clients) await client[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();

  deepStrictEqual(countBy(endings), { 1012: CLIENTS });
  for (const name of ["hearth_bridge_open_sockets", "hearth_bridge_open_connections"]) {
    await eventually(`${name} 0`, async () => await metric(bridge.adminUrl, name) === 0);
  }
  strictEqual(await metric(bridge.adminUrl, "hearth_bridge_socket_ends_total"), CLIENTS);
  await using _second = await startChromium({ port: first.port });
  await using client = await connectRaw(bridge.port, "/devtools/browser");
  ok((await client.call("Browser.getVersion")).result.product);
});

Deno.test("bridge() lets 50 clients go with 1001 and ends in time on SIGTERM", async () => {
  await using browser = await startChromium();
  await using bridge = await startTestBridge({
    targetPort: browser.port,
    env: { BRIDGE_DRAIN_MS: String(DRAIN_MS) },
  });
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => connectRaw(bridge.port, "/devtools/browser")),
  );

  const startedMs = performance.now();
  bridge.program.kill("SIGTERM");
  const endings = await Promise.all(clients.map((client) => client.ended));
  for (const client of clients) await client[Symbol.asyncDispose]();
  const code = await bridge.program.exitCode;

  deepStrictEqual(countBy(endings), { 1001: CLIENTS });
  strictEqual(code, 0);
  // It ends because all have left.
  ok(performance.now() - startedMs < DRAIN_MS);
  ok((await (await fetch(`${browser.address}/json/version`)).json()).Browser);
});

Deno.test("bridge() lets 200 clients in at once, more than Chromium's backlog holds", async () => {
  await using browser = await startChromium();
  await using bridge = await startTestBridge({ targetPort: browser.port });

  const clients = await Promise.all(
    Array.from({ length: 200 }, () => connectRaw(bridge.port, "/devtools/browser")),
  );
  const answers = await Promise.all(clients.map((client) => client.call("Browser.getVersion")));
  for (const client of clients) await client[Symbol.asyncDispose]();

  strictEqual(answers.filter(({ result }) => result?.product).length, 200);
});

Deno.test("bridge() ends on SIGTERM while clients refuse to leave", async () => {
  await using browser = await startChromium();
  await using bridge = await startTestBridge({
    targetPort: browser.port,
    env: { BRIDGE_DRAIN_MS: "500" },
  });
  await using _silent = await Deno.connect({ hostname: "127.0.0.1", port: bridge.port });
  await using client = await connectRaw(bridge.port, "/devtools/browser");
  await client.call("Browser.getVersion");

  bridge.program.kill("SIGTERM");

  strictEqual(await bridge.program.exitCode, 0);
});

Deno.test("bridge() disconnects a client that stops reading, and the others notice nothing", async () => {
  await using browser = await startChromium();
  await using bridge = await startTestBridge({
    targetPort: browser.port,
    env: { BRIDGE_STALL_TIMEOUT_MS: "1000" },
  });
  await using other = await connectRaw(bridge.port, "/devtools/browser");
  const stalled = await Deno.connect({ hostname: "127.0.0.1", port: bridge.port });
  const targets = await (await fetch(`${bridge.url}/json/list`)).json();
  const page = targets.find((target: { type: string }) => target.type === "page");
  await stalled.write(
    new TextEncoder().encode(
      `GET /devtools/page/${page.id} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n` +
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ),
  );
  const expression = "'x'.repeat(20_000_000)";
  const call = { id: 1, method: "Runtime.evaluate", params: { expression, returnByValue: true } };
  for (let id = 1; id <= 3; id++) await stalled.write(clientText(JSON.stringify({ ...call, id })));

  const line = await bridge.program.line(/"end":"client_stalled"/, 30_000);

  match(line, /socket ended/);
  ok((await other.call("Browser.getVersion")).result.product);
  stalled.close();
});

Deno.test("bridge() keeps a client that reads slowly but steadily", async () => {
  await using browser = await startChromium();
  await using bridge = startTestServer({ targetPort: browser.port, server: { stallMs: 2_000 } });
  await using page = await connectRaw(bridge.port, await pagePath(browser.address), [], {
    // Ten megabytes in pieces with pauses take far longer than the time for one piece.
    pauseMs: 20,
    pieceBytes: 65_536,
  });

  const { result } = await page.call("Runtime.evaluate", {
    expression: "'x'.repeat(10_000_000)",
    returnByValue: true,
  });

  strictEqual(result.result.value.length, 10_000_000);
});

Deno.test("bridge() passes a client's half-close on, and all that it asked for before", async () => {
  await using browser = await startChromium();
  await using bridge = startTestServer({ targetPort: browser.port });
  await using client = await connectRaw(bridge.port, "/devtools/browser");

  const answered = client.call("Browser.getVersion");
  await answered;
  await client.conn.closeWrite();
  await client.ended;

  await bridge.server.stop();
  strictEqual(ends(bridge.records)[0], "client_closed");
});

Deno.test("bridge() pings a client that names itself, and lets a silent one go", async () => {
  await using browser = await startChromium();
  await using bridge = startTestServer({ targetPort: browser.port, server: { pingMs: 300 } });
  await using client = await connectRaw(bridge.port, "/devtools/browser", [
    "User-Agent: Playwright/1.65.1",
  ]);

  const ending = await client.ended;

  deepStrictEqual(ending, { code: 1001, reason: "No answer to a ping" });
});

Deno.test("bridge() never pings a client that does not name itself", async () => {
  await using browser = await startChromium();
  await using bridge = startTestServer({ targetPort: browser.port, server: { pingMs: 100 } });
  await using client = await connectRaw(bridge.port, "/devtools/browser");
  await using named = await connectRaw(bridge.port, "/devtools/browser", [
    "User-Agent: Playwright/1.65.1",
  ]);

  await named.ended;

  ok((await client.call("Browser.getVersion")).result.product);
});

Deno.test("bridge() refuses the client that is one too many, and takes the next when one left", async () => {
  await using browser = await startChromium();
  await using bridge = startTestServer({
    targetPort: browser.port,
    server: { maxConnectionsPerPeer: 2 },
  });
  const first = await connectRaw(bridge.port, "/devtools/browser");
  await using _second = await connectRaw(bridge.port, "/devtools/browser");

  const refused = await exchange(bridge.port, "GET /json HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await first[Symbol.asyncDispose]();
  const answer = async () => await exchange(bridge.port, "GET /json HTTP/1.0\r\n\r\n");

  match(refused, /^HTTP\/1\.1 503 /);
  match(refused, /too_many_connections_from_peer/);
  await eventually("an answer", async () => (await answer()).startsWith("HTTP/1.1 200"));
});

Deno.test("bridge() gives up on a head that does not come", async () => {
  await using bridge = startTestServer({ targetPort: 1, session: { headTimeoutMs: 200 } });

  const silent = await exchange(bridge.port, "");
  const slow = await exchange(bridge.port, "GET /json HTTP/1.1\r\nHost: lo");

  strictEqual(silent, "");
  match(slow, /^HTTP\/1\.1 408 /);
});

async function pagePath(address: string): Promise<string> {
  const targets = await (await fetch(`${address}/json/list`)).json();
  const page = targets.find((target: { type: string }) => target.type === "page");
  return `/devtools/page/${page.id}`;
}

function countBy(endings: readonly Ending[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { code } of endings) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

function ends(records: readonly Record<string, unknown>[]): unknown[] {
  return records.filter((record) => record.msg === "socket ended").map((record) => record.end);
}
