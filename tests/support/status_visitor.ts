/**
 * Somebody who looks at the status page with a real Chromium, and what goes wrong while they do.
 *
 * @module
 */
import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM } from "./chromium.ts";

/** A browser to look with. */
export interface StatusVisitor extends AsyncDisposable {
  /** Opens the page, as somebody the ingress has let in unless credentials are given. */
  open(url: string, options?: Parameters<Browser["newContext"]>[0]): Promise<Page>;
  /** Console errors, broken scripts and policies, requests that lead elsewhere; should stay empty. */
  readonly faults: string[];
  /** Every body that came over the network, the messages of the event stream included. */
  readonly heard: readonly string[];
}

const DEADLINE_MS = 60_000;

/** Launches the browser. */
export async function statusVisitor(): Promise<StatusVisitor> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: Deno.uid() === 0 ? ["--no-sandbox"] : [],
  });
  const faults: string[] = [];
  const heard: string[] = [];
  return {
    faults,
    heard,
    async open(url, options = {}) {
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
      page.on("requestfinished", async (request) => {
        try {
          const response = await request.response();
          heard.push(JSON.stringify(await response?.allHeaders()), await response?.text() ?? "");
        } catch (error) {
          // Nobody can read an answer whose page was closed meanwhile.
          if (!page.isClosed()) throw error;
        }
      });
      const network = await context.newCDPSession(page);
      await network.send("Network.enable");
      network.on("Network.eventSourceMessageReceived", (message) => {
        heard.push(JSON.stringify(message));
      });
      await page.goto(url);
      return page;
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
