// Playwright in Node, the steps of driver.ts: `node node_main.mjs URL SITE FOLDER`.
// Plain JavaScript, since the Node of Debian does not run TypeScript.
import { readFile } from "node:fs/promises";
import process from "node:process";
import { chromium } from "playwright-core";

const [url, site] = process.argv.slice(2);
let browser;
let page;
const steps = {
  "connect": async () => (browser = await chromium.connectOverCDP(url)) !== undefined,
  "new context": async () =>
    (page = await (await browser.newContext({ acceptDownloads: true })).newPage()) !== undefined,
  "navigate": async () => (await page.goto(`${site}/`), await page.title()) === "sample",
  "evaluate": async () => await page.evaluate("6 * 7") === 42,
  "20 MB result": async () => (await page.evaluate("'x'.repeat(20_000_000)")).length === 20_000_000,
  "screenshot": async () => (await page.screenshot()).length > 1_000,
  "download": async () => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.evaluate(`location.href = "${site}/file"`),
    ]);
    return await readFile(await download.path(), "utf8") === "downloaded";
  },
  "close": async () => (await browser.close(), true),
};
const outcome = {};
for (const [step, act] of Object.entries(steps)) {
  try {
    outcome[step] = await act() ? "yes" : "wrong answer";
  } catch (error) {
    outcome[step] = String(error).split("\n")[0];
  }
}
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
