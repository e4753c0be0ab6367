import { match, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { chromium } from "playwright-core";
import { startChromium } from "../tests/support/chromium.ts";
import { eventually } from "../tests/support/eventually.ts";
import { connectRaw } from "./raw_client.ts";
import { exchange, startTestServer, type TestServer } from "./test_server.ts";

async function openConnections(bridge: TestServer): Promise<number> {
  const text = await bridge.registry.metrics();
  return Number(/^hearth_bridge_open_connections (\d+)$/m.exec(text)?.[1]);
}

Deno.test("bridge() answers or ends whatever bytes come, and leaves no socket behind", async () => {
  await using bridge = startTestServer({ targetPort: 1, session: { lingerMs: 200 } });
  const word = fc.constantFrom(
    "GET ",
    "/json",
    " HTTP/1.1",
    "\r\n",
    "\n",
    "Host: localhost",
    "Content-Length: 9",
    "\0",
    "\x16\x03",
  ).map((text) => new TextEncoder().encode(text));
  const bytes = fc.array(fc.oneof(word, fc.uint8Array({ maxLength: 20 })), { maxLength: 12 })
    .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

  await fc.assert(
    fc.asyncProperty(bytes, async (request) => {
      using conn = await Deno.connect({ hostname: "127.0.0.1", port: bridge.port });
      await conn.write(request).catch(() => 0);
      await conn.closeWrite().catch(() => {});
      const answer = await readAll(conn);

      ok(answer === "" || answer.startsWith("HTTP/1.1 "), answer);
    }),
    { numRuns: 10_000 },
  );

  await eventually("no connection", async () => await openConnections(bridge) === 0);
});

Deno.test("bridge() ends whatever bytes come after a handshake, and leaves no socket behind", async () => {
  await using browser = await startChromium();
  await using bridge = startTestServer({ targetPort: browser.port, session: { lingerMs: 200 } });

  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 64 }), async (bytes) => {
      await using client = await connectRaw(bridge.port, "/devtools/browser");
      await client.conn.write(bytes).catch(() => 0);
      await client.conn.closeWrite().catch(() => {});
      await client.ended;
    }),
    { numRuns: 200 },
  );

  await eventually("no connection", async () => await openConnections(bridge) === 0);
  ok((await (await fetch(`${browser.address}/json/version`)).json()).Browser);
});

for (
  const [name, lines] of [
    ["a key of nil", ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: nil"]],
    ["a key that is too short", ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: x"]],
  ] as const
) {
  Deno.test(`bridge() shakes hands with ${name}, since Chromium does`, async () => {
    await using browser = await startChromium();
    await using bridge = startTestServer({ targetPort: browser.port });
    const path = new URL(browser.browser.webSocketUrl).pathname;
    const ask = async (port: number) => {
      using conn = await Deno.connect({ hostname: "127.0.0.1", port });
      await conn.write(
        new TextEncoder().encode(
          [`GET ${path} HTTP/1.1`, "Host: 127.0.0.1", "Connection: Upgrade", "Upgrade: websocket"]
            .concat(lines, "\r\n").join("\r\n"),
        ),
      );
      const buffer = new Uint8Array(4_096);
      const count = await conn.read(buffer);
      return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
    };

    const direct = await ask(browser.port);
    const ours = await ask(bridge.port);

    match(ours, /^HTTP\/1\.1 101 /);
    strictEqual(ours, direct);
  });
}

Deno.test({
  name: "bridge() has its refusals printed by Playwright",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using browser = await startChromium();
    await using bridge = startTestServer({ targetPort: browser.port });
    const url = `ws://127.0.0.1:${bridge.port}/devtools/browser/gone`;

    await rejects(
      chromium.connectOverCDP(url),
      /This browser id is gone: the browser has restarted: connect to ws:/,
    );
  },
});

Deno.test("bridge() says what Chromium says of a page that is gone", async () => {
  await using browser = await startChromium();
  await using bridge = startTestServer({ targetPort: browser.port });

  const answer = await exchange(
    bridge.port,
    "GET /devtools/page/GONE HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n" +
      "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );

  match(answer, /^HTTP\/1\.1 500 /);
  match(answer, /The browser refused the connection: No such target id: GONE/);
});

async function readAll(conn: Deno.TcpConn): Promise<string> {
  const buffer = new Uint8Array(4_096);
  let text = "";
  try {
    for (let count; (count = await conn.read(buffer)) !== null;) {
      text += new TextDecoder().decode(buffer.subarray(0, count));
    }
  } catch {
    // Reset, since it did not read all it was sent.
  }
  return text;
}
