/**
 * The init script for callers, property by property, in a real Chromium.
 *
 * @module
 */
import assert from "node:assert/strict";
import { chromium, type Page } from "playwright-core";
import { startChromium } from "../tests/support/chromium.ts";
import { ROOT } from "../tests/support/program.ts";
import { startSite } from "../tests/support/site.ts";

const PAGE = `<!doctype html><script disable-devtool-auto></script><p id="text">text</p>`;
const html = { "content-type": "text/html" };

/** What a page asks, what breaks it beforehand so that the script has something to do, and the answer. */
const PROPERTIES: readonly {
  name: string;
  broken?: string;
  ask: string;
  before?: unknown;
  after: unknown;
}[] = [
  {
    name: "navigator.webdriver is false",
    broken:
      "Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => true, configurable: true })",
    ask: "navigator.webdriver",
    before: true,
    after: false,
  },
  {
    name: "chrome.runtime is there",
    broken: "delete window.chrome",
    ask: "typeof window.chrome?.runtime?.sendMessage",
    before: "undefined",
    after: "function",
  },
  {
    name: "there are plugins, and they are Plugins",
    broken:
      "Object.defineProperty(Navigator.prototype, 'plugins', { get: () => [], configurable: true })",
    ask:
      "[navigator.plugins.length, navigator.plugins instanceof PluginArray, navigator.plugins[0]?.name]",
    before: [0, false, undefined],
    after: [3, true, "PDF Viewer"],
  },
  {
    name: "there are two languages",
    broken:
      "Object.defineProperty(Navigator.prototype, 'languages', { get: () => [], configurable: true })",
    ask: "navigator.languages",
    before: [],
    after: ["en-US", "en"],
  },
  {
    name: "both ways to ask about notifications agree",
    broken: "Object.defineProperty(Notification, 'permission', { get: () => 'default' })",
    ask: "navigator.permissions.query({ name: 'notifications' }).then(({ state }) => state)",
    after: "prompt",
  },
  {
    name: "other permissions are asked as ever",
    ask: "navigator.permissions.query({ name: 'geolocation' }).then(({ state }) => typeof state)",
    before: "string",
    after: "string",
  },
  ...["webgl", "webgl2"].map((kind) => ({
    name: `${kind} names an ordinary card, and its other parameters are its own`,
    ask: `(() => {
      const context = document.createElement("canvas").getContext("${kind}");
      const info = context.getExtension("WEBGL_debug_renderer_info");
      return [
        context.getParameter(info.UNMASKED_VENDOR_WEBGL),
        context.getParameter(info.UNMASKED_RENDERER_WEBGL),
        context.getParameter(context.VIEWPORT).length,
      ];
    })()`,
    after: ["Intel Inc.", "Intel Iris OpenGL Engine", 4],
  })),
  {
    name: "the marker of disable-devtool is not found",
    ask: "document.querySelector('script[disable-devtool-auto]')?.tagName ?? null",
    before: "SCRIPT",
    after: null,
  },
  {
    name: "everything else is found",
    ask: "document.querySelector('#text').textContent",
    before: "text",
    after: "text",
  },
];

Deno.test("init_script.js shows pages an ordinary headed Chrome", async (t) => {
  await using site = startSite({ handle: () => new Response(PAGE, { headers: html }) });
  await using instance = await startChromium({ flags: ["--enable-unsafe-swiftshader"] });
  const browser = await chromium.connectOverCDP(instance.address);
  const script = await Deno.readTextFile(`${ROOT}browser/init_script.js`);

  async function answer(property: typeof PROPERTIES[number], isScripted: boolean) {
    const context = await browser.newContext();
    if (property.broken !== undefined) await context.addInitScript(property.broken);
    if (isScripted) await context.addInitScript(script);
    const page: Page = await context.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(site.origin("page"));
    const value = await page.evaluate(property.ask);
    await context.close();
    assert.deepEqual(faults, []);
    return value;
  }

  for (const property of PROPERTIES) {
    await t.step(property.name, async () => {
      if ("before" in property) assert.deepEqual(await answer(property, false), property.before);

      assert.deepEqual(await answer(property, true), property.after);
    });
  }
  await browser.close();
});
