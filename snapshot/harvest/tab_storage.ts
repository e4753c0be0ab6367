/**
 * What only the person's own tabs can tell: sessionStorage, and the localStorage of embedded frames, which is
 * partitioned by the page around them.
 *
 * It is asked for through the DevTools protocol, which answers from the browser's own copy: no
 * script runs in the tab, no domain is enabled there, and the session ends with the answer.
 *
 * @module
 */
import { type CdpClient, CdpClosedError } from "../../cdp/client.ts";
import { errorText } from "../../core/error_text.ts";
import type { Logger } from "../../core/log.ts";
import type { StateItems, StateOrigin, StatePartition } from "../storage_state.ts";
import type { BrowserConnection } from "./connect_browser.ts";
import { tabTargets } from "./open_origins.ts";

/** What the tabs of one origin hold. */
export interface TabStorage {
  /** sessionStorage of a tab on this origin; the one found last where there are several. */
  readonly sessionStorage: StateItems;
  /** localStorage of frames of this origin, by the site of the page around them. */
  readonly partitions: readonly StatePartition[];
}

/**
 * Reads the storage of every open tab and frame of the default context.
 *
 * @param browser The browser.
 * @param log Told of tabs that did not answer.
 * @returns By origin; an origin whose tabs hold nothing is not in it.
 */
export async function readTabStorage(
  browser: BrowserConnection,
  log: Logger,
): Promise<ReadonlyMap<string, TabStorage>> {
  const { client } = browser;
  const found = new Map<string, TabStorage>();
  const reading = (await tabTargets(browser)).map(async ({ targetId, origin }) => {
    try {
      return { origin, storage: await readTarget(client, targetId, origin) };
    } catch (error) {
      if (error instanceof CdpClosedError) throw error;
      // A tab may close or move on while it is asked.
      log.debug("tab not read", { origin, reason: errorText(error) });
      return undefined;
    }
  });
  for (const one of await Promise.all(reading)) {
    if (one === undefined) continue;
    const { origin, storage } = one;
    const before = found.get(origin) ?? { sessionStorage: [], partitions: [] };
    found.set(origin, {
      sessionStorage: storage.sessionStorage.length > 0
        ? storage.sessionStorage
        : before.sessionStorage,
      partitions: mergePartitions(before.partitions, storage.partitions),
    });
  }
  for (const [origin, { sessionStorage, partitions }] of found) {
    if (sessionStorage.length === 0 && partitions.length === 0) found.delete(origin);
  }
  return found;
}

/** A tab that is stuck must not hold up the harvest. */
const DEADLINE_MS = 2_000;

async function readTarget(
  client: CdpClient,
  targetId: string,
  origin: string,
): Promise<TabStorage> {
  const { sessionId } = await client.send("Target.attachToTarget", { targetId, flatten: true });
  const options = { sessionId, deadlineMs: DEADLINE_MS };
  try {
    const { storageKey } = await client.send(
      "Storage.getStorageKey",
      // The target of a page or an embedded frame has the id of its frame.
      { frameId: targetId },
      options,
    );
    const topLevelSite = topLevelSiteOf(storageKey);
    if (topLevelSite === null) return { sessionStorage: [], partitions: [] };
    const isLocalStorage = topLevelSite !== undefined;
    // The tab may have moved on since it was listed.
    if (!storageKey.startsWith(`${origin}/`)) return { sessionStorage: [], partitions: [] };
    const { entries } = await client.send("DOMStorage.getDOMStorageItems", {
      storageId: { storageKey, isLocalStorage },
    }, options);
    const items = entries.map(([name = "", value = ""]) => ({ name, value }));
    if (!isLocalStorage) return { sessionStorage: items, partitions: [] };
    const partitions = items.length === 0 ? [] : [{ topLevelSite, localStorage: items }];
    return { sessionStorage: [], partitions };
  } finally {
    if (!client.closed.aborted) {
      await client.send("Target.detachFromTarget", { sessionId }).catch(() => {
        // The tab is gone, and the session with it.
      });
    }
  }
}

/**
 * The partition of a storage key (`third_party/blink/common/storage_key/storage_key.cc`).
 *
 * @returns `undefined` for a first-party key (`https://a.example/`), the site for one of a frame
 * (`https://a.example/^0https://b.example`), `null` for any other.
 */
export function topLevelSiteOf(storageKey: string): string | undefined | null {
  const caret = storageKey.indexOf("^");
  if (caret < 0) return undefined;
  return /^\^0(https?:\/\/[^^]+)$/.exec(storageKey.slice(caret))?.[1] ?? null;
}

function mergePartitions(
  before: readonly StatePartition[],
  more: readonly StatePartition[],
): readonly StatePartition[] {
  const sites = new Set(more.map(({ topLevelSite }) => topLevelSite));
  return [...before.filter(({ topLevelSite }) => !sites.has(topLevelSite)), ...more];
}

/**
 * The origins of a state, with what open tabs hold and without what tabs held that are closed.
 *
 * @param origins What was read of each origin, possibly in an earlier harvest.
 * @param tabs What open tabs hold now.
 */
export function withTabStorage(
  origins: ReadonlyMap<string, StateOrigin>,
  tabs: ReadonlyMap<string, TabStorage>,
): StateOrigin[] {
  return [...new Set([...origins.keys(), ...tabs.keys()])].flatMap((origin) => {
    const { localStorage = [], indexedDB, opfs } = origins.get(origin) ?? {};
    const { sessionStorage = [], partitions = [] } = tabs.get(origin) ?? {};
    const hasAny = [localStorage, indexedDB ?? [], opfs ?? [], sessionStorage, partitions]
      .some((list) => list.length > 0);
    return !hasAny ? [] : [{
      origin,
      localStorage,
      ...(indexedDB === undefined ? {} : { indexedDB }),
      ...(opfs === undefined ? {} : { opfs }),
      ...(sessionStorage.length === 0 ? {} : { sessionStorage }),
      ...(partitions.length === 0 ? {} : { partitions: [...partitions] }),
    }];
  });
}
