import { ok, strictEqual } from "node:assert/strict";
import CDP from "chrome-remote-interface";
import { chromium } from "playwright-core";
import puppeteer from "puppeteer-core";
import { startChromium } from "../tests/support/chromium.ts";
import { startTestBridge } from "../tests/support/bridge.ts";

Deno.test({
  name: "bridge() serves Playwright, which asks for /json/version/ and gives the browser back",
  // Playwright keeps timers and pipes of its own.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using browser = await startChromium();
    await using bridge = await startTestBridge({ targetPort: browser.port });

    const client = await chromium.connectOverCDP(bridge.url);
    const context = await client.newContext();
    const page = await context.newPage();
    await page.goto("data:text/html,<title>here</title>");
    const title = await page.title();
    await client.close();

    strictEqual(title, "here");
    ok((await fetch(`${bridge.url}/json/version`).then((r) => r.json())).Browser);
  },
});

Deno.test({
  name: "bridge() serves puppeteer-core by browserURL",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using browser = await startChromium();
    await using bridge = await startTestBridge({ targetPort: browser.port });

    const client = await puppeteer.connect({ browserURL: bridge.url });
    const page = await client.newPage();
    await page.goto("data:text/html,<title>here</title>");
    const title = await page.title();
    await page.close();
    await client.disconnect();

    strictEqual(title, "here");
  },
});

Deno.test({
  name: "bridge() serves chrome-remote-interface",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using browser = await startChromium();
    await using bridge = await startTestBridge({ targetPort: browser.port });

    const client = await CDP({ host: "127.0.0.1", port: bridge.port });
    const { result } = await client.Runtime.evaluate({ expression: "6 * 7" });
    await client.close();

    strictEqual(result.value, 42);
  },
});
