/**
 * A real Chromium; a stand-in only for a peer that misbehaves as Chromium never does.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DeadlineError, withDeadline } from "../core/deadline.ts";
import { startHttpServer } from "../core/http_server.ts";
import { startChromium } from "../tests/support/chromium.ts";
import { freePort } from "../tests/support/free_port.ts";
import { type CdpClient, CdpClosedError, CdpError, connectCdp } from "./client.ts";

const hostname = "127.0.0.1";

/** Long enough for a busy machine; nothing waits for it to pass. */
const deadlineMs = 30_000;

/** Opens a blank page and gives its flat session. */
async function openPage(client: CdpClient): Promise<string> {
  const { targetId } = await client.send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await client.send("Target.attachToTarget", { targetId, flatten: true });
  return sessionId;
}

async function evaluate(client: CdpClient, sessionId: string, expression: string) {
  const params = { expression, returnByValue: true };
  const { result } = await client.send("Runtime.evaluate", params, { sessionId, deadlineMs });
  return result.value;
}

Deno.test("send() gives the browser's answer when it is asked", async () => {
  await using chromium = await startChromium();
  using client = await connectCdp(chromium.browser.webSocketUrl);

  const version = await client.send("Browser.getVersion");

  assert.match(version.product, /^(?:Headless)?Chrome\/\d+/);
});

Deno.test("send() gives each command its own answer when many are under way in two sessions", async () => {
  await using chromium = await startChromium();
  using client = await connectCdp(chromium.browser.webSocketUrl);
  const [first, second] = [await openPage(client), await openPage(client)];
  await evaluate(client, first, "globalThis.here = 1000");
  await evaluate(client, second, "globalThis.here = 2000");

  const answers = await Promise.all(
    Array.from(
      { length: 100 },
      (_, at) => evaluate(client, at % 2 === 0 ? first : second, `here + ${at}`),
    ),
  );

  assert.deepEqual(
    answers,
    Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? 1000 : 2000) + at),
  );
});

Deno.test("send() gives a large answer whole", async () => {
  await using chromium = await startChromium();
  using client = await connectCdp(chromium.browser.webSocketUrl);
  const page = await openPage(client);

  const value = await evaluate(client, page, '"é🔥".repeat(1_000_000)');

  assert.equal(value.length, 3_000_000);
});

Deno.test("send() throws what the browser says when it refuses", async () => {
  await using chromium = await startChromium();
  using client = await connectCdp(chromium.browser.webSocketUrl);

  const asking = client.send("Target.attachToTarget", { targetId: "none", flatten: true });

  await assert.rejects(asking, (error) => {
    assert.ok(error instanceof CdpError);
    assert.deepEqual([error.method, error.code], ["Target.attachToTarget", -32602]);
    assert.match(error.message, /^Target\.attachToTarget: No target/);
    return true;
  });
});

Deno.test("send() throws at its deadline, and the next answer is right, when one never comes", async () => {
  await using chromium = await startChromium();
  using client = await connectCdp(chromium.browser.webSocketUrl);
  const sessionId = await openPage(client);
  const params = { expression: "new Promise(() => {})", awaitPromise: true };

  const asking = client.send("Runtime.evaluate", params, { sessionId, deadlineMs: 100 });

  await assert.rejects(asking, new DeadlineError("Runtime.evaluate", 100));
  assert.equal(await evaluate(client, sessionId, "6 * 7"), 42);
});

Deno.test("on() tells of events until the subscription ends", async () => {
  await using chromium = await startChromium();
  using client = await connectCdp(chromium.browser.webSocketUrl);
  const seen: string[] = [];
  const created = Promise.withResolvers<void>();
  const end = client.on("Target.targetCreated", ({ targetInfo }) => {
    seen.push(targetInfo.targetId);
    if (targetInfo.url.endsWith("#mine")) created.resolve();
  });

  await client.send("Target.setDiscoverTargets", { discover: true });
  const mine = await client.send("Target.createTarget", { url: "about:blank#mine" });
  await withDeadline(created.promise, deadlineMs, "Being told of the target");
  end();
  const other = await client.send("Target.createTarget", { url: "about:blank" });
  await client.send("Browser.getVersion");

  assert.ok(seen.includes(mine.targetId));
  assert.ok(!seen.includes(other.targetId));
});

Deno.test("on() tells the session when the event comes from a page", async () => {
  await using chromium = await startChromium();
  using client = await connectCdp(chromium.browser.webSocketUrl);
  const sessionId = await openPage(client);
  const told = Promise.withResolvers<string | undefined>();
  client.on("Runtime.executionContextCreated", (_, session) => told.resolve(session));

  await client.send("Runtime.enable", undefined, { sessionId });

  assert.equal(await withDeadline(told.promise, deadlineMs, "The event"), sessionId);
});

Deno.test("connectCdp() sends no command on its own", async () => {
  const received: string[] = [];
  await using peer = startPeer((socket, data) => {
    received.push(data);
    socket.send('{"id":1,"result":{}}');
  });
  using client = await connectCdp(peer.url);

  await client.send("Browser.getVersion");

  assert.deepEqual(received.map((data) => JSON.parse(data)), [{
    id: 1,
    method: "Browser.getVersion",
  }]);
});

Deno.test("send() throws, and closed is aborted, when the browser is killed meanwhile", async () => {
  await using chromium = await startChromium();
  using client = await connectCdp(chromium.browser.webSocketUrl);
  const sessionId = await openPage(client);
  const params = { expression: "new Promise(() => {})", awaitPromise: true };

  const asking = client.send("Runtime.evaluate", params, { sessionId, deadlineMs });
  chromium.child.kill("SIGKILL");

  await assert.rejects(asking, CdpClosedError);
  assert.ok(client.closed.aborted);
  await assert.rejects(client.send("Browser.getVersion"), CdpClosedError);
});

Deno.test("close() ends what is under way and leaves the browser alone", async () => {
  await using chromium = await startChromium();
  const client = await connectCdp(chromium.browser.webSocketUrl);
  const sessionId = await openPage(client);
  const params = { expression: "new Promise(() => {})", awaitPromise: true };
  const asking = client.send("Runtime.evaluate", params, { sessionId, deadlineMs });

  client.close();
  client.close();

  await assert.rejects(asking, new CdpClosedError("closed by us"));
  assert.ok(client.closed.aborted);
  using next = await connectCdp(chromium.browser.webSocketUrl);
  assert.ok((await next.send("Browser.getVersion")).product);
});

Deno.test("connectCdp() throws when nobody listens", async () => {
  await assert.rejects(connectCdp(`ws://${hostname}:${freePort()}/devtools`), CdpClosedError);
});

Deno.test("connectCdp() throws when the peer is no WebSocket server", async () => {
  const server = startHttpServer(() => new Response("hello"), { hostname, port: 0 });

  await assert.rejects(connectCdp(`ws://${hostname}:${server.port}/`), CdpClosedError);

  await server.stop();
});

Deno.test("connectCdp() throws at its deadline when the peer stays silent", async () => {
  using listener = Deno.listen({ hostname, port: 0 });
  const accepted = listener.accept();

  const connecting = connectCdp(`ws://${hostname}:${listener.addr.port}/`, { deadlineMs: 100 });

  await assert.rejects(connecting, new DeadlineError("Connecting to the browser", 100));
  (await accepted).close();
});

Deno.test.each<[string, string | Uint8Array<ArrayBuffer>]>([
  ["no JSON", "<html>"],
  ["JSON that is no object", "null"],
  ["bytes", new Uint8Array([123, 125])],
])("send() throws and the connection ends when the peer sends %s", async (_, data) => {
  await using peer = startPeer((socket) => socket.send(data));
  using client = await connectCdp(peer.url);

  const asking = client.send("Browser.getVersion", undefined, { deadlineMs });

  await assert.rejects(asking, new CdpClosedError("the peer does not speak CDP"));
  assert.ok(client.closed.aborted);
});

Deno.test("send() ignores what it does not wait for when the peer sends it", async () => {
  await using peer = startPeer((socket) => {
    for (const data of ['{"id":99,"result":{}}', "{}", '{"method":"No.such","params":{}}']) {
      socket.send(data);
    }
    socket.send('{"id":1,"result":{"product":"Mine/1"}}');
  });
  using client = await connectCdp(peer.url);

  const { product } = await client.send("Browser.getVersion", undefined, { deadlineMs });

  assert.equal(product, "Mine/1");
});

/** A WebSocket server that answers each message as it likes. */
function startPeer(answer: (socket: WebSocket, data: string) => void) {
  const closed: Promise<void>[] = [];
  const server = startHttpServer((request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    closed.push(new Promise((resolve) => socket.onclose = () => resolve()));
    socket.onmessage = (event) => answer(socket, event.data);
    return response;
  }, { hostname, port: 0 });
  return {
    url: `ws://${hostname}:${server.port}/`,
    async [Symbol.asyncDispose]() {
      await withDeadline(Promise.all(closed), deadlineMs, "The client leaving");
      await server.stop();
    },
  };
}
