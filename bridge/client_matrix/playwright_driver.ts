/**
 * Playwright, with the browser's HTTP address.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import type { Driver } from "./driver.ts";

/** Playwright as its users use it. */
export function playwrightDriver(runtime: string): Driver {
  return {
    name: `Playwright (${runtime})`,
    async connect(url) {
      const browser = await chromium.connectOverCDP(url);
      const open: { context?: BrowserContext; page?: Page } = {};
      const page = () => {
        if (open.page === undefined) throw new Error("no page");
        return open.page;
      };
      return {
        async newContext() {
          open.context = await browser.newContext({ acceptDownloads: true });
          open.page = await open.context.newPage();
        },
        async navigate(address) {
          await page().goto(address);
          return await page().title();
        },
        evaluate: (expression) => page().evaluate(expression),
        screenshot: async () => (await page().screenshot()).length,
        async download(address) {
          const [download] = await Promise.all([
            page().waitForEvent("download"),
            page().evaluate(`location.href = ${JSON.stringify(address)}`),
          ]);
          return await readFile(await download.path(), "utf8");
        },
        close: () => browser.close(),
      };
    },
  };
}
