/**
 * What a seeded context really holds, read in an empty page on each origin. Nothing is asked of
 * any site.
 *
 * @module
 */
import type { BrowserContext, Page } from "playwright-core";
import { z } from "zod";
import { errorText } from "../../core/error_text.ts";
import type { OriginContent } from "./compare_state.ts";

/** Runs in the page. */
const DESCRIBE = `(async () => {
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const databases = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    const stores = [];
    for (const store of database.objectStoreNames) {
      const count = database.transaction(store).objectStore(store).count();
      stores.push([store, await done(count)]);
    }
    database.close();
    databases.push({ name, stores });
  }
  const files = [];
  const walk = async (folder, prefix) => {
    for await (const [name, handle] of folder.entries()) {
      files.push(prefix + name);
      if (handle.kind === "directory") await walk(handle, prefix + name + "/");
    }
  };
  if (navigator.storage?.getDirectory) await walk(await navigator.storage.getDirectory(), "");
  return { localStorage: Object.entries(localStorage), databases, files };
})()`;

const CONTENT = z.object({
  localStorage: z.array(z.tuple([z.string(), z.string()])),
  databases: z.array(
    z.object({ name: z.string(), stores: z.array(z.tuple([z.string(), z.number()])) }),
  ),
  files: z.array(z.string()),
});

/** What was read of an origin, or why it was not. */
export type ReadContent = { readonly content: OriginContent } | { readonly fault: string };

/**
 * Reads origins one after the other.
 *
 * @param context A seeded context.
 * @param origins Which ones.
 */
export async function readContents(
  context: BrowserContext,
  origins: readonly string[],
): Promise<ReadonlyMap<string, ReadContent>> {
  await context.route(
    "**/*",
    (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }),
  );
  const page = await context.newPage();
  const found = new Map<string, ReadContent>();
  for (const origin of origins) found.set(origin, await readContent(page, origin));
  await page.close();
  return found;
}

async function readContent(page: Page, origin: string): Promise<ReadContent> {
  try {
    await page.goto(`${origin}/`);
    return { content: CONTENT.parse(await page.evaluate(DESCRIBE)) };
  } catch (error) {
    return { fault: errorText(error).slice(0, 200) };
  }
}
