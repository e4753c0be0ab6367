/**
 * What a storage state cannot carry, as a script that runs before a page's own: sessionStorage, and
 * localStorage of embedded frames.
 *
 * Playwright takes it as an init script (`@playwright/mcp --init-script FILE`), which is read anew
 * for every session and runs in every frame.
 *
 * @module
 */
import type { StateItems, StorageState } from "./storage_state.ts";

/** Items of one place. */
interface Seed {
  readonly session: StateItems;
  readonly frames: readonly { readonly site: string; readonly items: StateItems }[];
}

/**
 * The script for a storage state. It is never empty, since the file has to exist.
 *
 * It acts only on pages of the origins it was made for, and only where their storage is still
 * empty, so that what a page changes or removes in a session stays as the page left it.
 *
 * @param state A storage state with `sessionStorage` and `partitions`.
 */
export function initScript(state: StorageState): string {
  const seeds: Record<string, Seed> = {};
  for (const { origin, sessionStorage = [], partitions = [] } of state.origins) {
    if (sessionStorage.length === 0 && partitions.length === 0) continue;
    seeds[origin] = {
      session: sessionStorage,
      frames: partitions.map(({ topLevelSite, localStorage }) => ({
        site: topLevelSite,
        items: localStorage,
      })),
    };
  }
  return `// Written by Hearth: what a storage state cannot carry.\n(${seedPage})(${
    JSON.stringify(seeds)
  });\n`;
}

/** Runs in the page, so it may refer to nothing outside itself. */
function seedPage(seeds: Record<string, Seed>): void {
  const page = globalThis as unknown as {
    readonly top: unknown;
    readonly location: { readonly origin: string; readonly ancestorOrigins: ArrayLike<string> };
  };
  const seed = Object.hasOwn(seeds, page.location.origin) ? seeds[page.location.origin] : undefined;
  if (seed === undefined) return;
  function fill(storage: Storage, items: StateItems): void {
    if (storage.length > 0) return;
    for (const { name, value } of items) storage.setItem(name, value);
  }
  try {
    if (page.top === globalThis) return fill(sessionStorage, seed.session);
    const ancestors = page.location.ancestorOrigins;
    const around = new URL(ancestors[ancestors.length - 1] ?? "about:blank");
    for (const { site, items } of seed.frames) {
      const { protocol, hostname } = new URL(site);
      const isInside = around.hostname === hostname || around.hostname.endsWith("." + hostname);
      if (around.protocol === protocol && isInside) fill(localStorage, items);
    }
  } catch {
    // A page without storage, such as a sandboxed frame: it has none to fill, and is left alone.
  }
}
