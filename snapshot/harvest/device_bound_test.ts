import assert from "node:assert/strict";
import { connectCdp } from "../../cdp/client.ts";
import { startChromium } from "../../tests/support/chromium.ts";
import { deviceBoundSites } from "./device_bound.ts";
import { openHiddenPage } from "./hidden_page.ts";

// The second feature stands in for a key store in hardware.
const FEATURES = "DeviceBoundSessions,EnableBoundSessionCredentialsSoftwareKeysForManualTesting";

for (
  const [name, flags, wanted] of [
    ["a browser that could bind sessions", [`--enable-features=${FEATURES}`], 1],
    ["a browser that could not", [], 0],
  ] as const
) {
  Deno.test(`deviceBoundSites() finds none when it asks ${name}`, async () => {
    await using chromium = await startChromium({ flags });
    using client = await connectCdp(chromium.browser.webSocketUrl);
    const page = await openHiddenPage(client);
    let reports = 0;
    client.on("Network.deviceBoundSessionsAdded", () => reports++);

    assert.deepEqual(await deviceBoundSites(client, page), []);

    assert.equal(reports, wanted);
    await page.close();
  });
}

Deno.test("deviceBoundSites() names each site once", async () => {
  // A key that cannot leave the machine needs hardware; this speaks the browser's side.
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = (event) => {
      const { id, method, sessionId } = JSON.parse(event.data);
      socket.send(JSON.stringify({ id, result: {}, sessionId }));
      if (method !== "Network.enableDeviceBoundSessions") return;
      const sessions = ["https://a.example", "https://b.example", "https://a.example"]
        .map((site, n) => ({ key: { site, id: String(n) } }));
      const params = { sessions };
      socket.send(
        JSON.stringify({ method: "Network.deviceBoundSessionsAdded", params, sessionId }),
      );
    };
    return response;
  });
  {
    using client = await connectCdp(`ws://127.0.0.1:${server.addr.port}/`);
    const page = { sessionId: "S" } as Parameters<typeof deviceBoundSites>[1];

    assert.deepEqual(await deviceBoundSites(client, page), [
      "https://a.example",
      "https://b.example",
    ]);
  }
  await server.shutdown();
});
