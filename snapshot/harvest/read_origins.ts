/**
 * Reads the storage of many origins through a few hidden pages at once.
 *
 * @module
 */
import type { CdpClient } from "../../cdp/client.ts";
import { errorText } from "../../core/error_text.ts";
import type { StateOrigin } from "../storage_state.ts";
import type { SkippedItem } from "./collected_storage.ts";
import { type HiddenPage, openHiddenPage } from "./hidden_page.ts";

/** What was read of one origin. */
export interface OriginReading {
  /** The origin. */
  readonly origin: string;
  /** Its storage, or `undefined` where it holds nothing. */
  readonly state: StateOrigin | undefined;
  /** What could not travel. */
  readonly skipped: readonly SkippedItem[];
}

/** What came of a whole pass. */
export interface OriginReadings {
  /** Origins that were read. */
  readonly readings: readonly OriginReading[];
  /** Origins that could not be read, and why. */
  readonly failures: ReadonlyMap<string, string>;
}

/** Bounds of a pass. */
export interface ReadOriginsOptions {
  /** How many hidden pages work at once. @default {3} */
  pages?: number;
  /** Aborted when the pass should end early, between two origins. */
  signal?: AbortSignal;
}

/**
 * Reads origins. One that fails costs only itself: its page is replaced and the pass goes on.
 *
 * @param client A connection to the browser.
 * @param origins Which ones, in order of importance.
 * @param options Bounds.
 * @throws {CdpClosedError} When the browser goes away.
 */
export async function readOrigins(
  client: CdpClient,
  origins: readonly string[],
  options: ReadOriginsOptions = {},
): Promise<OriginReadings> {
  const { pages = 3, signal } = options;
  const queue = [...origins];
  const readings: OriginReading[] = [];
  const failures = new Map<string, string>();

  async function work(): Promise<void> {
    let page: HiddenPage | undefined;
    try {
      while (!signal?.aborted) {
        const origin = queue.shift();
        if (origin === undefined) return;
        try {
          page ??= await openHiddenPage(client);
          await page.visit(origin);
          readings.push(await readHere(page, origin));
        } catch (error) {
          if (client.closed.aborted) throw error;
          failures.set(origin, errorText(error));
          await page?.close();
          page = undefined;
        }
      }
    } finally {
      await page?.close();
    }
  }

  await Promise.all(Array.from({ length: Math.min(pages, origins.length) }, work));
  return { readings, failures };
}

/**
 * Reads the origin a hidden page stands on.
 *
 * @param page A page that has visited `origin`.
 * @param origin The origin.
 */
export async function readHere(page: HiddenPage, origin: string): Promise<OriginReading> {
  const { localStorage, indexedDB, opfs, skipped } = await page.collect();
  const isEmpty = [localStorage, indexedDB, opfs].every((list) => list.length === 0);
  const state = isEmpty ? undefined : {
    origin,
    localStorage,
    ...(indexedDB.length === 0 ? {} : { indexedDB }),
    ...(opfs.length === 0 ? {} : { opfs }),
  };
  return { origin, state, skipped };
}
