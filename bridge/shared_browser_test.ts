import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { startTestBridge } from "../tests/support/bridge.ts";
import { startChromium } from "../tests/support/chromium.ts";
import { eventually } from "../tests/support/eventually.ts";
import { connectRaw, type RawClient } from "./raw_client.ts";
import { exchange } from "./test_server.ts";

/** Wires that lead to the same end, tried with a real browser. */
const ENDINGS: readonly (readonly [string, (client: RawClient) => Promise<unknown>])[] = [
  ["Browser.close", (c) => c.send({ id: 900, method: "Browser.close" })],
  ["Browser.crash", (c) => c.send({ id: 900, method: "Browser.crash" })],
  ["Browser.crashGpuProcess", (c) => c.send({ id: 900, method: "Browser.crashGpuProcess" })],
  ["Browser.close in two frames", async (c) => {
    const bytes = new TextEncoder().encode('{"id":900,"method":"Browser.close"}');
    await c.sendFrame({ isFinal: false, opcode: 1, payload: bytes.subarray(0, 20) });
    await c.sendFrame({ isFinal: true, opcode: 0, payload: bytes.subarray(20) });
  }],
  ["Browser.close with escapes", (c) => {
    const payload = new TextEncoder().encode('{"id":900,"m\\u0065thod":"Browser\\u002eclose"}');
    return c.sendFrame({ isFinal: true, opcode: 1, payload });
  }],
];

for (const [name, send] of ENDINGS) {
  Deno.test(`bridge() survives ${name} of one client, whose connection ends as if it had worked`, async () => {
    await using browser = await startChromium();
    await using bridge = await startTestBridge({ targetPort: browser.port });
    await using other = await connectRaw(bridge.port, "/devtools/browser");
    await using client = await connectRaw(bridge.port, "/devtools/browser");

    await send(client);
    const answer = await client.message((message) => message.id === 900);
    const ending = await client.ended;

    deepStrictEqual(answer.result, {});
    strictEqual(ending.code, 1000);
    ok((await other.call("Browser.getVersion")).result.product);
  });
}

Deno.test("bridge() survives Browser.close of a client that only knows a page", async () => {
  await using browser = await startChromium();
  await using bridge = await startTestBridge({ targetPort: browser.port });
  const targets = await (await fetch(`${bridge.url}/json/list`)).json();
  const page = targets.find((target: { type: string }) => target.type === "page");
  await using client = await connectRaw(bridge.port, `/devtools/page/${page.id}?ignored=1`);

  await client.send({ id: 900, method: "Browser.close" });
  await client.message((message) => message.id === 900);

  strictEqual((await client.ended).code, 1000);
  ok((await (await fetch(`${bridge.url}/json/version`)).json()).Browser);
});

Deno.test("bridge() closes the tabs and contexts of a client that closes the browser, and only those", async () => {
  await using browser = await startChromium();
  await using bridge = await startTestBridge({ targetPort: browser.port });
  await using other = await connectRaw(bridge.port, "/devtools/browser");
  await using client = await connectRaw(bridge.port, "/devtools/browser");
  const page = { url: "about:blank#theirs" };
  const { result: theirs } = await other.call("Target.createTarget", page);
  await client.call("Target.createTarget", { url: "about:blank#mine" });
  const { result: context } = await client.call("Target.createBrowserContext");
  await client.call("Target.createTarget", { url: "about:blank#mine", ...context });

  await client.send({ id: 900, method: "Browser.close" });
  await client.ended;

  const targets = await eventually("only the others' pages", async () => {
    const infos = (await other.call("Target.getTargets")).result.targetInfos as TargetInfo[];
    return !infos.some(({ url }) => url.endsWith("#mine")) && infos;
  });
  ok(targets.some(({ targetId }) => targetId === theirs.targetId));
  const { result } = await other.call("Target.getBrowserContexts");
  deepStrictEqual(result.browserContextIds, []);
});

Deno.test("bridge() leaves the browser its last tab, whoever made it", async () => {
  await using browser = await startChromium();
  await using bridge = await startTestBridge({ targetPort: browser.port });
  await using other = await connectRaw(bridge.port, "/devtools/browser");
  await using client = await connectRaw(bridge.port, "/devtools/browser");
  const pages = async () =>
    ((await other.call("Target.getTargets")).result.targetInfos as TargetInfo[])
      .filter(({ type }) => type === "page");
  const [first] = await pages();
  for (let turn = 0; turn < 2; turn++) {
    await client.call("Target.createTarget", { url: "about:blank#mine" });
  }
  await client.call("Target.closeTarget", { targetId: first?.targetId });

  await client.send({ id: 900, method: "Browser.close" });
  await client.ended;

  await eventually("one page", async () => (await pages()).length === 1);
});

Deno.test("bridge() survives a typed address that crashes the browser", async () => {
  await using browser = await startChromium();
  await using bridge = await startTestBridge({ targetPort: browser.port });
  const targets = await (await fetch(`${bridge.url}/json/list`)).json();
  const page = targets.find((target: { type: string }) => target.type === "page");
  await using client = await connectRaw(bridge.port, `/devtools/page/${page.id}`);

  const { error } = await client.call("Page.navigate", {
    url: "chrome://inducebrowsercrashforrealz",
    transitionType: "address_bar",
  });

  match(error?.message ?? "", /^Refused Page.navigate/);
  strictEqual(
    (await client.call("Runtime.evaluate", { expression: "1+1" })).result.result.value,
    2,
  );
});

Deno.test("bridge() lets the browser end where BRIDGE_GUARD is off, and says 1012 to the others", async () => {
  await using browser = await startChromium();
  await using bridge = await startTestBridge({
    targetPort: browser.port,
    env: { BRIDGE_GUARD: "off" },
  });
  await using other = await connectRaw(bridge.port, "/devtools/browser");
  await using client = await connectRaw(bridge.port, "/devtools/browser");

  await client.send({ id: 900, method: "Browser.close" });
  await browser.child.ended;

  strictEqual((await other.ended).code, 1012);
});

Deno.test("bridge() keeps the shared cookies, and lets a client clear those of its own context", async () => {
  await using browser = await startChromium();
  await using bridge = await startTestBridge({ targetPort: browser.port });
  await using client = await connectRaw(bridge.port, "/devtools/browser");
  const cookies = [{ name: "login", value: "1", url: "https://example.com/" }];
  await client.call("Storage.setCookies", { cookies });
  const { result } = await client.call("Target.createBrowserContext");

  const refused = await client.call("Storage.clearCookies");
  const allowed = await client.call("Storage.clearCookies", result);

  match(refused.error?.message ?? "", /the browser is shared/);
  strictEqual(allowed.error, undefined);
  strictEqual((await client.call("Storage.getCookies")).result.cookies.length, 1);
});

Deno.test("bridge() refuses a stale browser id with the address of the new browser", async () => {
  await using browser = await startChromium();
  await using bridge = await startTestBridge({ targetPort: browser.port });

  const answer = await exchange(
    bridge.port,
    "GET /devtools/browser/11111111-2222-3333-4444-555555555555 HTTP/1.1\r\n" +
      `Host: localhost:${bridge.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );

  match(answer, /^HTTP\/1\.1 404 /);
  const current = new URL(browser.browser.webSocketUrl).pathname;
  ok(answer.includes(`ws://localhost:${bridge.port}${current}`), answer);
  match(answer, /^x-playwright-debug-log: This browser id is gone/m);
});

Deno.test("bridge() waits for a browser that restarts, and its alias leads to the new one", async () => {
  const first = await startChromium();
  await using bridge = await startTestBridge({
    targetPort: first.port,
    // As long as a slow machine may take to start a browser.
    env: { BRIDGE_BROWSER_WAIT_MS: "60000" },
  });
  await using old = await connectRaw(bridge.port, "/devtools/browser");
  await first[Symbol.asyncDispose]();
  const ending = await old.ended;

  const connecting = connectRaw(bridge.port, "/devtools/browser");
  await using second = await startChromium({ port: first.port });
  await using client = await connecting;

  strictEqual(ending.code, 1012);
  ok((await client.call("Browser.getVersion")).result.product);
  ok(second.browser.webSocketUrl !== first.browser.webSocketUrl);
});

Deno.test("bridge() gives a page in the browser itself nothing, by any local name", async () => {
  await using browser = await startChromium();
  await using bridge = await startTestBridge({ targetPort: browser.port });
  await using site = servePage();
  await using client = await connectRaw(bridge.port, "/devtools/browser");
  const created = await client.call("Target.createTarget", { url: site.url });
  const attached = await client.call("Target.attachToTarget", {
    targetId: created.result.targetId,
    flatten: true,
  });

  // A page that is still on its way takes what runs in it along.
  const expression = `document.readyState === "complete" && location.href`;
  await eventually("the page being there", async () => {
    const { result } = await client.call(
      "Runtime.evaluate",
      { expression, returnByValue: true },
      attached.result.sessionId,
    );
    return result?.result.value === new URL(site.url).href;
  });

  const { result } = await client.call("Runtime.evaluate", {
    awaitPromise: true,
    returnByValue: true,
    expression: `Promise.all(["127.0.0.1", "localhost", "a.localhost", "[::ffff:127.0.0.1]"]
      .flatMap((name) => [
        fetch("http://" + name + ":${bridge.port}/json/version").then((r) => r.text(), () => "none"),
        fetch("http://" + name + ":${bridge.port}/json/version", { mode: "no-cors" })
          .then((r) => r.text(), () => "none"),
        fetch("http://" + name + ":${bridge.port}/json/new?about:blank", { method: "PUT" })
          .then((r) => r.text(), () => "none"),
        new Promise((resolve) => {
          const socket = new WebSocket("ws://" + name + ":${bridge.port}/devtools/browser");
          socket.onopen = () => resolve("open");
          socket.onerror = () => resolve("none");
        }),
      ]))`,
  }, attached.result.sessionId);

  const seen: string[] = result.result.value;
  deepStrictEqual(seen.filter((text) => text !== "none" && text !== ""), []);
  strictEqual(seen.length, 16);
  const metrics = await (await fetch(`${bridge.adminUrl}/metrics`)).text();
  ok(/refusals_total\{reason="origin"\} [1-9]/.test(metrics), metrics);
});

interface TargetInfo {
  readonly targetId: string;
  readonly type: string;
  readonly url: string;
}

function servePage() {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("<title>page</title>", { headers: { "content-type": "text/html" } }),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
