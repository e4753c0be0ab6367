/**
 * A page nobody sees, which stands on any origin without asking its server for anything.
 *
 * `Target.createTarget` with `hidden` makes a target that is in no window and no tab strip, shares
 * the profile's storage, leaves no History row and dies with the connection, so a killed harvester
 * leaves nothing behind. Every request of it is answered here with an empty document.
 *
 * @module
 */
import type { CdpClient } from "../../cdp/client.ts";
import { collectStorage } from "./collect_storage.ts";
import type { CollectedStorage } from "./collected_storage.ts";

const EMPTY_DOCUMENT = btoa('<!doctype html><link rel="icon" href="data:,">');

/** Characters of JSON fetched at once; even fully escaped it stays under Deno's 64 MiB frame. */
const SLICE_CHARS = 8 * 1_048_576;

/** What one origin may carry beside localStorage, in characters. */
const MAX_CHARS = 64 * 1_048_576;

/** A hidden page of one browser. */
export interface HiddenPage {
  /** Its flat session. */
  readonly sessionId: string;
  /** The origin it stands on. */
  readonly origin: string | undefined;
  /**
   * Stands on an origin.
   *
   * @throws {HiddenPageError} When the browser does not let it, as with an `http:` origin whose
   * site is known to want `https:` only.
   */
  visit(origin: string): Promise<void>;
  /** Reads the storage of the origin it stands on. */
  collect(): Promise<CollectedStorage>;
  /** Removes it; a browser that is gone is no fault. */
  close(): Promise<void>;
}

/** The page could not stand on an origin or read it. */
export class HiddenPageError extends Error {
  /**
   * Says why.
   *
   * @param origin The origin that was wanted.
   * @param reason What came instead.
   */
  constructor(readonly origin: string, reason: string) {
    super(`Cannot read the storage of ${origin}: ${reason}`);
    this.name = "HiddenPageError";
  }
}

/**
 * Opens a hidden page in the default context.
 *
 * @param client A connection to the browser.
 * @param deadlineMs The longest one step may take, in milliseconds. @default {10000}
 */
export async function openHiddenPage(client: CdpClient, deadlineMs = 10_000): Promise<HiddenPage> {
  const { targetId } = await client.send("Target.createTarget", {
    url: "about:blank",
    hidden: true,
    background: true,
  });
  const { sessionId } = await client.send("Target.attachToTarget", { targetId, flatten: true });
  const options = { sessionId, deadlineMs };
  const stopAnswering = client.on("Fetch.requestPaused", ({ requestId }, from) => {
    if (from !== sessionId) return;
    client.send("Fetch.fulfillRequest", {
      requestId,
      responseCode: 200,
      responseHeaders: [{ name: "content-type", value: "text/html" }],
      body: EMPTY_DOCUMENT,
    }, options).catch(() => {
      // The page went away while its request was on its way; whoever waits for it is told.
    });
  });
  await Promise.all([
    client.send("Fetch.enable", { patterns: [{ urlPattern: "*" }] }, options),
    client.send("Network.enable", {}, options),
    client.send("Network.setBypassServiceWorker", { bypass: true }, options),
  ]);
  let current: string | undefined;

  async function evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await client.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    }, options);
    if (exceptionDetails !== undefined) {
      const reason = exceptionDetails.exception?.description ?? exceptionDetails.text;
      throw new HiddenPageError(current ?? "about:blank", reason.split("\n")[0] ?? reason);
    }
    return result.value;
  }

  return {
    sessionId,
    get origin() {
      return current;
    },
    async visit(origin) {
      current = undefined;
      const { errorText } = await client.send("Page.navigate", { url: `${origin}/` }, options);
      if (errorText !== undefined) throw new HiddenPageError(origin, errorText);
      const actual = await evaluate("location.origin");
      if (actual !== origin) throw new HiddenPageError(origin, `the browser went to ${actual}`);
      current = origin;
    },
    async collect() {
      const bounds = JSON.stringify({ maxChars: MAX_CHARS });
      const length = Number(
        await evaluate(`(${collectStorage})(${bounds}).then((t) => (globalThis.t = t).length)`),
      );
      let text = "";
      for (let at = 0; at < length; at += SLICE_CHARS) {
        text += await evaluate(`globalThis.t.slice(${at}, ${at + SLICE_CHARS})`);
      }
      await evaluate("delete globalThis.t");
      return JSON.parse(text);
    },
    async close() {
      stopAnswering();
      if (client.closed.aborted) return;
      await client.send("Target.closeTarget", { targetId }).catch(() => {
        // It is gone already, which is what was wanted.
      });
    },
  };
}

/** Opens a hidden page for a moment. */
export async function withHiddenPage<T>(
  client: CdpClient,
  work: (client: CdpClient, page: HiddenPage) => Promise<T>,
): Promise<T> {
  const page = await openHiddenPage(client);
  try {
    return await work(client, page);
  } finally {
    await page.close();
  }
}
