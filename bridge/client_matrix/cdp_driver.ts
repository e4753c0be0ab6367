/**
 * Clients that speak the protocol themselves: chrome-remote-interface, and a bare WebSocket.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import CDP from "chrome-remote-interface";
import { connectCdp } from "../../cdp/client.ts";
import { discoverBrowser } from "../../cdp/discover.ts";
import type { DrivenClient, Driver } from "./driver.ts";

/** What is left of a client when only the protocol counts. */
interface Wire {
  // deno-lint-ignore no-explicit-any -- two libraries, two ways to type the same protocol
  send(method: string, params?: object, sessionId?: string): Promise<any>;
  on(event: string, listener: (params: DownloadProgress) => void): void;
  close(): Promise<void>;
}

interface DownloadProgress {
  readonly guid: string;
  readonly state: string;
}

/** chrome-remote-interface on the browser's own target. */
export const chromeRemoteInterfaceDriver: Driver = {
  name: "chrome-remote-interface",
  async connect(url) {
    const { hostname, port } = new URL(url);
    const { webSocketDebuggerUrl } = await CDP.Version({ host: hostname, port: Number(port) });
    const client = await CDP({ target: webSocketDebuggerUrl });
    return drivenBy({
      send: (method, params, sessionId) => client.send(method as never, params as never, sessionId),
      on: (event, listener) => client.on(event as never, listener as never),
      close: () => client.close(),
    });
  },
};

/** A bare WebSocket. */
export const rawDriver: Driver = {
  name: "raw CDP",
  async connect(url) {
    const client = await connectCdp((await discoverBrowser(url)).webSocketUrl);
    return drivenBy({
      send: (method, params, sessionId) =>
        client.send(
          method as never,
          params as never,
          { deadlineMs: 60_000, ...(sessionId === undefined ? {} : { sessionId }) },
        ),
      on: (event, listener) => void client.on(event as never, listener as never),
      close: () => Promise.resolve(client.close()),
    });
  },
};

function drivenBy(wire: Wire): DrivenClient {
  const open = { sessionId: "", browserContextId: "" };
  const send = (method: string, params?: object) => wire.send(method, params, open.sessionId);
  async function evaluate(expression: string): Promise<unknown> {
    const { result } = await send("Runtime.evaluate", { expression, returnByValue: true });
    return result.value;
  }
  return {
    async newContext() {
      const { browserContextId } = await wire.send("Target.createBrowserContext", {
        disposeOnDetach: true,
      });
      const { targetId } = await wire.send("Target.createTarget", {
        url: "about:blank",
        browserContextId,
      });
      const { sessionId } = await wire.send("Target.attachToTarget", { targetId, flatten: true });
      Object.assign(open, { sessionId, browserContextId });
    },
    async navigate(address) {
      await send("Page.navigate", { url: address });
      const title = `new Promise((resolve) => document.readyState === "complete"
        ? resolve(document.title) : addEventListener("load", () => resolve(document.title)))`;
      const { result } = await send("Runtime.evaluate", { expression: title, awaitPromise: true });
      return result.value;
    },
    evaluate,
    async screenshot() {
      return (await send("Page.captureScreenshot")).data.length;
    },
    async download(address, downloadPath) {
      const done = new Promise<string>((resolve) => {
        wire.on("Browser.downloadProgress", ({ state, guid }) => {
          if (state === "completed") resolve(guid);
        });
      });
      await wire.send("Browser.setDownloadBehavior", {
        behavior: "allowAndName",
        browserContextId: open.browserContextId,
        downloadPath,
        eventsEnabled: true,
      });
      await evaluate(`location.href = ${JSON.stringify(address)}`);
      return await readFile(`${downloadPath}/${await done}`, "utf8");
    },
    close: () => wire.close(),
  };
}
