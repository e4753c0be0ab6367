/**
 * Hidden pages that stand on the origins the person has open and hear when their storage changes.
 *
 * A document hears of what other documents of its origin write to localStorage, and so does the
 * `DOMStorage` domain of a hidden page; IndexedDB is tracked by origin. So a write in the person's
 * tab arrives here at once without anything running in that tab.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import type { CdpClient } from "../../cdp/client.ts";
import type { Logger } from "../../core/log.ts";
import { type HiddenPage, openHiddenPage } from "./hidden_page.ts";

/** Listening pages, one per origin. */
export interface StorageListeners {
  /**
   * Listens to these origins, the first ones where there are too many, and lets go of the rest.
   *
   * @returns The origins that are newly listened to, which have not been heard before.
   */
  follow(origins: readonly string[]): Promise<readonly string[]>;
  /** The page that stands on an origin. */
  pageOf(origin: string): HiddenPage | undefined;
  /** Closes the page of an origin, which has failed; following the origin opens a new one. */
  leave(origin: string): Promise<void>;
  /** Closes all pages. */
  close(): Promise<void>;
}

/** How to listen. */
export interface StorageListenersOptions {
  /** Called with an origin whose storage has changed. */
  onChange: (origin: string) => void;
  /** How many pages there may be; each is a process of the browser. @default {6} */
  maxPages?: number;
  /** Faults. */
  log: Logger;
}

/** Starts without any page. */
export function createStorageListeners(
  client: CdpClient,
  options: StorageListenersOptions,
): StorageListeners {
  const { onChange, maxPages = 6, log } = options;
  const pages = new Map<string, HiddenPage>();
  const origins = new Map<string, string>();
  // Origins that cannot be stood on, such as http: where the browser insists on https:.
  const refused = new Set<string>();

  const changed = (_: unknown, sessionId: string | undefined) => {
    const origin = origins.get(sessionId ?? "");
    if (origin !== undefined) onChange(origin);
  };
  const stops = [
    client.on("DOMStorage.domStorageItemAdded", changed),
    client.on("DOMStorage.domStorageItemUpdated", changed),
    client.on("DOMStorage.domStorageItemRemoved", changed),
    client.on("DOMStorage.domStorageItemsCleared", changed),
    client.on("Storage.indexedDBContentUpdated", changed),
    client.on("Storage.indexedDBListUpdated", changed),
  ];

  async function listen(origin: string): Promise<void> {
    const page = await openHiddenPage(client);
    try {
      await page.visit(origin);
      const options = { sessionId: page.sessionId };
      await client.send("DOMStorage.enable", undefined, options);
      await client.send("Storage.trackIndexedDBForOrigin", { origin }, options);
    } catch (error) {
      await page.close();
      throw error;
    }
    pages.set(origin, page);
    origins.set(page.sessionId, origin);
  }

  async function leave(origin: string): Promise<void> {
    const page = pages.get(origin);
    if (page === undefined) return;
    pages.delete(origin);
    origins.delete(page.sessionId);
    await page.close();
  }

  return {
    pageOf: (origin) => pages.get(origin),
    leave,
    async follow(wanted) {
      const first = wanted.filter((origin) => !refused.has(origin)).slice(0, maxPages);
      const fresh = first.filter((origin) => !pages.has(origin));
      // A page stays after its tab has closed, until its place is needed.
      const idle = [...pages].filter(([origin]) => !first.includes(origin));
      const excess = pages.size + fresh.length - maxPages;
      for (const [origin] of idle.slice(0, Math.max(0, excess))) await leave(origin);
      for (const origin of fresh) {
        try {
          await listen(origin);
        } catch (error) {
          if (client.closed.aborted) throw error;
          refused.add(origin);
          log.debug("cannot listen to an origin", { origin, reason: errorText(error) });
        }
      }
      return fresh;
    },
    async close() {
      stops.forEach((stop) => stop());
      for (const origin of [...pages.keys()]) await leave(origin);
    },
  };
}
