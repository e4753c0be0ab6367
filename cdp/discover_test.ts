/**
 * @module
 */
import assert from "node:assert/strict";
import { startHttpServer } from "../core/http_server.ts";
import { startChromium } from "../tests/support/chromium.ts";
import { freePort } from "../tests/support/free_port.ts";
import { discoverBrowser, DiscoverError } from "./discover.ts";

const hostname = "127.0.0.1";

/** What is said of an address that answers in the given way. */
async function refusalOf(handler: () => Response): Promise<string> {
  const server = startHttpServer(handler, { hostname, port: 0 });
  const address = `http://${hostname}:${server.port}`;
  try {
    await discoverBrowser(address, 20_000);
  } catch (error) {
    assert.ok(error instanceof DiscoverError, `${error}`);
    assert.equal(error.address, address);
    return error.message.replace(address, "ADDRESS");
  } finally {
    await server.stop();
  }
  return "no refusal";
}

Deno.test("discoverBrowser() finds product and endpoint when a Chromium runs", async () => {
  await using chromium = await startChromium();

  const browser = await discoverBrowser(new URL(`${chromium.address}/json/list?x`));

  assert.match(browser.product, /^(?:Headless)?Chrome\/\d+\.\d+\.\d+\.\d+$/);
  assert.match(
    browser.webSocketUrl,
    new RegExp(`^ws://127.0.0.1:${chromium.port}/devtools/browser/`),
  );
});

Deno.test("discoverBrowser() throws when nobody listens", async () => {
  const address = `http://${hostname}:${freePort()}`;

  await assert.rejects(discoverBrowser(address), (error) => {
    assert.ok(error instanceof DiscoverError);
    assert.ok(error.message.startsWith(`No browser answers at ${address}: `), error.message);
    assert.ok(error.cause instanceof Error);
    return true;
  });
});

Deno.test.each<[string, () => Response, string]>([
  [
    "an error",
    () => new Response("Host header is wrong\n", { status: 500 }),
    "HTTP 500: Host header is wrong",
  ],
  ["no JSON", () => new Response("<html>"), "its answer is not a browser's"],
  ["other JSON", () => Response.json({ Browser: 1 }), "its answer is not a browser's"],
  ["JSON null", () => Response.json(null), "its answer is not a browser's"],
])("discoverBrowser() throws when the answer is %s", async (_, handler, reason) => {
  const message = await refusalOf(handler);

  assert.equal(message, `No browser answers at ADDRESS: ${reason}`);
});

Deno.test("discoverBrowser() throws at its deadline when the peer stays silent", async () => {
  using listener = Deno.listen({ hostname, port: 0 });
  const accepted = listener.accept();

  const asking = discoverBrowser(`http://${hostname}:${listener.addr.port}`, 50);

  await assert.rejects(asking, DiscoverError);
  (await accepted).close();
});
