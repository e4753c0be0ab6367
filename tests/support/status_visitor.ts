/**
 * Somebody who looks at the status page with a real Chromium, and what goes wrong while they do.
 *
 * @module
 */
import { type Browser, chromium } from "playwright-core";
import { CHROMIUM } from "./chromium.ts";

/** A browser to look with. */
export interface StatusVisitor extends AsyncDisposable {
  /**
   * Opens the page, as somebody the ingress has let in unless credentials are given.
   *
   * @param url The page's address.
   * @param options Of the browser context.
   * @param hear Told of every header field, body and event that comes; one must stay on the page then.
   */
  open(
    url: string,
    options?: Parameters<Browser["newContext"]>[0],
    hear?: (text: string) => void,
  ): ReturnType<Browser["newPage"]>;
  /** Console errors, broken scripts and policies, requests that lead elsewhere; should stay empty. */
  readonly faults: string[];
}

const DEADLINE_MS = 60_000;

/** Launches the browser. */
export async function statusVisitor(): Promise<StatusVisitor> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: Deno.uid() === 0 ? ["--no-sandbox"] : [],
  });
  const faults: string[] = [];
  return {
    faults,
    async open(url, options = {}, hear) {
      const headers = options.httpCredentials === undefined
        ? { extraHTTPHeaders: { "x-authentik-username": "ada@example.com" } }
        : {};
      const context = await browser.newContext({ ...headers, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(DEADLINE_MS);
      await page.addInitScript(`addEventListener("securitypolicyviolation", (event) =>
        console.error("against the policy: " + event.violatedDirective))`);
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("request", (request) => {
        if (!request.url().startsWith(url)) faults.push(`asked for ${request.url()}`);
      });
      if (hear !== undefined) {
        page.on("requestfinished", async (request) => {
          const response = await request.response();
          hear(JSON.stringify(await response?.allHeaders()));
          hear(await response?.text() ?? "");
        });
        const network = await context.newCDPSession(page);
        await network.send("Network.enable");
        network.on("Network.eventSourceMessageReceived", (event) => hear(JSON.stringify(event)));
      }
      await page.goto(url);
      return page;
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
