import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { startTestBridge } from "../tests/support/bridge.ts";
import { startChromium } from "../tests/support/chromium.ts";
import { eventually } from "../tests/support/eventually.ts";
import { connectRaw } from "./raw_client.ts";
import { exchange, startTestServer } from "./test_server.ts";

Deno.test("bridge() answers pipelined requests in order on one connection", async () => {
  await using browser = await startChromium();
  await using bridge = startTestServer({ targetPort: browser.port });
  const get = (path: string, more = "") => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;

  const answer = await exchange(
    bridge.port,
    get("/json/version") + get("/nothing") + get("/json/version/", "Connection: close\r\n"),
  );

  deepStrictEqual(answer.match(/HTTP\/1\.1 \d+/g), [
    "HTTP/1.1 200",
    "HTTP/1.1 404",
    "HTTP/1.1 200",
  ]);
  strictEqual(answer.match(/"Browser": /g)?.length, 2);
});

Deno.test("bridge() answers HEAD without a body and HTTP/1.0 with an end", async () => {
  await using browser = await startChromium();
  await using bridge = startTestServer({ targetPort: browser.port });

  const head = await exchange(
    bridge.port,
    "HEAD /json/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
  );
  const old = await exchange(bridge.port, "GET /json/version HTTP/1.0\r\n\r\n");

  match(head, /^HTTP\/1\.1 200 OK\r\n[^]*Content-Length:\d{3}\r\n[^]*\r\n\r\n$/);
  match(old, new RegExp(`"ws://127.0.0.1:${bridge.port}/devtools/browser/`));
});

Deno.test("bridge() passes the raw URL of /json/new on, and only by PUT", async () => {
  await using browser = await startChromium();
  await using bridge = startTestServer({ targetPort: browser.port });
  const target = "/json/new?data:text/html,a=1%26b";
  const url = `http://127.0.0.1:${bridge.port}${target}`;

  const direct = await (await fetch(browser.address + target, { method: "PUT" })).json();
  const put = await (await fetch(url, { method: "PUT" })).json();
  const get = await fetch(url);

  strictEqual(put.url, "data:text/html,a=1&b");
  strictEqual(put.url, direct.url);
  ok(put.webSocketDebuggerUrl.startsWith(`ws://127.0.0.1:${bridge.port}/devtools/page/`));
  strictEqual(get.status, 405);
  await get.body?.cancel();
});

Deno.test("bridge() asks for /json/protocol once a browser", async () => {
  await using browser = await startChromium();
  await using bridge = startTestServer({ targetPort: browser.port });
  const url = `http://127.0.0.1:${bridge.port}/json/protocol`;
  const direct = await (await fetch(`${browser.address}/json/protocol`)).text();

  const first = await (await fetch(url)).text();
  const startedMs = performance.now();
  const second = await (await fetch(`${url}/`)).text();
  const tookMs = performance.now() - startedMs;

  strictEqual(first, direct);
  strictEqual(second, direct);
  ok(tookMs < 5_000);
});

Deno.test("bridge() serves a client that shows the token only in the URL, and never forwards it", async () => {
  const folder = await Deno.makeTempDir();
  const token = "0123456789abcdef0123";
  await Deno.writeTextFile(`${folder}/token`, `${token}\n`, { mode: 0o600 });
  await using browser = await startChromium();
  {
    await using bridge = await startTestBridge({
      targetPort: browser.port,
      env: { BRIDGE_TOKEN_FILE: `${folder}/token`, LOG_LEVEL: "debug" },
      flags: ["--allow-net=127.0.0.1", `--allow-read=${folder}`],
    });

    const refused = await fetch(`${bridge.url}/json/version`);
    const version = await (await fetch(`${bridge.url}/json/version?token=${token}`)).json();
    const { pathname, search } = new URL(version.webSocketDebuggerUrl);
    await using client = await connectRaw(bridge.port, pathname + search);
    const list = await (await fetch(`${bridge.url}/json/list`, {
      headers: { authorization: `Bearer ${token}` },
    })).json();
    const page = new URL(list[0].webSocketDebuggerUrl);
    await using pageClient = await connectRaw(bridge.port, page.pathname + page.search);

    strictEqual(refused.status, 401);
    match(await refused.text(), /A token is needed/);
    ok((await client.call("Browser.getVersion")).result.product);
    match(pageClient.head, /^HTTP\/1\.1 101/);
    ok(!bridge.program.lines.some((line) => line.includes(token)));
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("bridge() keeps compression from being negotiated", async () => {
  await using browser = await startChromium();
  await using bridge = startTestServer({ targetPort: browser.port });
  await using client = await connectRaw(bridge.port, "/devtools/browser", [
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
  ]);

  ok(!/extensions/i.test(client.head), client.head);
  ok((await client.call("Browser.getVersion")).result.product);
});

Deno.test("bridge() counts what flows, by the way it flows", async () => {
  await using browser = await startChromium();
  await using bridge = startTestServer({ targetPort: browser.port });
  const client = await connectRaw(bridge.port, "/devtools/browser");
  await client.call("Browser.getVersion");
  await client[Symbol.asyncDispose]();

  const text = await eventually("the end of the socket", async () => {
    const metrics = await bridge.registry.metrics();
    return /open_sockets\{client="other"\} 0/.test(metrics) && metrics;
  });

  match(text, /hearth_bridge_socket_frames_total\{direction="up"\} 1\n/);
  match(text, /hearth_bridge_socket_frames_total\{direction="down"\} 1\n/);
  match(text, /hearth_bridge_sockets_total\{client="other"\} 1\n/);
  match(text, /hearth_bridge_open_sockets\{client="other"\} 0\n/);
  match(text, /hearth_bridge_socket_ends_total\{reason="client_closed"\} 1\n/);
});
