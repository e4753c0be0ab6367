/**
 * puppeteer-core, with the browser's HTTP address or with its WebSocket.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import puppeteer, { type Page } from "puppeteer-core";
import type { Driver } from "./driver.ts";

/** puppeteer-core as its users use it. */
export function puppeteerDriver(by: "browserURL" | "browserWSEndpoint"): Driver {
  return {
    name: `puppeteer-core (${by})`,
    async connect(url) {
      const browser = await puppeteer.connect(
        by === "browserURL"
          ? { browserURL: url }
          : { browserWSEndpoint: `${url.replace(/^http/, "ws")}/devtools/browser` },
      );
      const open: { page?: Page } = {};
      const page = () => {
        if (open.page === undefined) throw new Error("no page");
        return open.page;
      };
      return {
        async newContext() {
          open.page = await (await browser.createBrowserContext()).newPage();
        },
        async navigate(address) {
          await page().goto(address);
          return await page().title();
        },
        evaluate: (expression) => page().evaluate(expression),
        screenshot: async () => (await page().screenshot()).length,
        async download(address, downloadPath) {
          const session = await page().createCDPSession();
          const browserContextId = page().browserContext().id;
          if (browserContextId === undefined) throw new Error("no context id");
          await session.send("Browser.setDownloadBehavior", {
            behavior: "allowAndName",
            browserContextId,
            downloadPath,
            eventsEnabled: true,
          });
          const done = new Promise<string>((resolve) => {
            session.on("Browser.downloadProgress", ({ state, guid }) => {
              if (state === "completed") resolve(guid);
            });
          });
          await page().evaluate(`location.href = ${JSON.stringify(address)}`);
          return await readFile(`${downloadPath}/${await done}`, "utf8");
        },
        // It sends Browser.close, which would end the browser for everyone.
        close: () => browser.close(),
      };
    },
  };
}
