/**
 * The code that runs in the hidden page and reads the storage of its origin.
 *
 * It is shipped as text (`String(collectStorage)`), so it may refer to nothing outside itself. It
 * writes the format of Playwright's own storage script (playwright-core 1.65,
 * `utilityScriptSerializers`), with two differences that keep more: a value that cannot travel
 * costs its record, not the whole origin; and whatever both supported versions of the restoring
 * side would bend (`null`, `-0`, an invalid date) is written so that neither does.
 *
 * @module
 */
import type { CollectBounds, SkippedItem } from "./collected_storage.ts";
import type {
  PageDatabase,
  PageIndexedDb,
  PageKeyPath,
  PageRequest,
  PageStore,
} from "./indexed_db.ts";
import type { PageDirectory, PageStorageManager } from "./private_files.ts";

declare const indexedDB: PageIndexedDb;
declare const navigator: { readonly storage?: PageStorageManager };

/**
 * Reads localStorage, IndexedDB and private files of the page's origin.
 *
 * @param bounds How much to carry.
 * @returns JSON of `CollectedStorage`, as text: lone surrogates would not survive the
 * protocol otherwise.
 */
export async function collectStorage(bounds: CollectBounds): Promise<string> {
  class Unserializable extends Error {}

  const typedArrays: Record<string, string> = {
    Int8Array: "i8",
    Uint8Array: "ui8",
    Uint8ClampedArray: "ui8c",
    Int16Array: "i16",
    Uint16Array: "ui16",
    Int32Array: "i32",
    Uint32Array: "ui32",
    Float32Array: "f32",
    Float64Array: "f64",
    BigInt64Array: "bi64",
    BigUint64Array: "bui64",
  };

  function base64(bytes: Uint8Array): string {
    let binary = "";
    for (let at = 0; at < bytes.length; at += 32_768) {
      binary += String.fromCharCode(...bytes.subarray(at, at + 32_768));
    }
    return btoa(binary);
  }

  function tagOf(value: unknown): string {
    return Object.prototype.toString.call(value).slice(8, -1);
  }

  /** Whether plain JSON says the same; `null` alone does not, since it reads as "no value". */
  function isJson(value: unknown, seen: Set<unknown>, isTop: boolean): boolean {
    if (value === null) return !isTop;
    if (typeof value === "string" || typeof value === "boolean") return true;
    if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
    if (typeof value !== "object" || seen.has(value)) return false;
    const isPlain = Array.isArray(value)
      ? Object.keys(value).length === value.length
      : tagOf(value) === "Object";
    if (!isPlain) return false;
    seen.add(value);
    return Object.entries(value).every(([key, item]) =>
      key !== "__proto__" && key !== "toJSON" && isJson(item, seen, false)
    );
  }

  function encode(value: unknown, ids: Map<unknown, number>): unknown {
    if (value === undefined) return { v: "undefined" };
    if (value === null) return { v: "null" };
    if (typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "bigint") return { bi: String(value) };
    if (typeof value === "number") {
      if (Object.is(value, -0)) return { v: "-0" };
      return Number.isFinite(value) ? value : { v: String(value) };
    }
    const tag = tagOf(value);
    if (value instanceof Error) {
      return { e: { n: value.name, m: value.message, s: value.stack ?? "" } };
    }
    if (value instanceof Date) {
      return { d: Number.isNaN(value.getTime()) ? "invalid" : value.toISOString() };
    }
    if (value instanceof RegExp) return { r: { p: value.source, f: value.flags } };
    const kind = typedArrays[tag];
    if (kind !== undefined) {
      const view = value as Uint8Array;
      return {
        ta: { b: base64(new Uint8Array(view.buffer, view.byteOffset, view.byteLength)), k: kind },
      };
    }
    if (value instanceof ArrayBuffer) return { ab: { b: base64(new Uint8Array(value)) } };
    const known = ids.get(value);
    if (known !== undefined) return { ref: known };
    const id = ids.size + 1;
    ids.set(value, id);
    if (value instanceof Map) {
      const m = [...value].map(([k, v]) => ({ k: encode(k, ids), v: encode(v, ids) }));
      return { m, id };
    }
    if (value instanceof Set) return { s: [...value].map((item) => encode(item, ids)), id };
    if (Array.isArray(value)) return { a: Array.from(value, (item) => encode(item, ids)), id };
    if (tag !== "Object") throw new Unserializable(tag);
    const entries = Object.entries(value as object);
    if (entries.some(([key]) => key === "__proto__")) throw new Unserializable("__proto__ key");
    return { o: entries.map(([k, v]) => ({ k, v: encode(v, ids) })), id };
  }

  function pack(name: "key" | "value", value: unknown): Record<string, unknown> {
    return isJson(value, new Set(), true)
      ? { [name]: value }
      : { [`${name}Encoded`]: encode(value, new Map()) };
  }

  function settled<T>(request: PageRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  /** Opens a database that exists; one deleted meanwhile must not be created anew. */
  function open(name: string): Promise<PageDatabase> {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.transaction?.abort();
    return settled(request);
  }

  function keyPathOf(path: PageKeyPath): Record<string, unknown> {
    if (path === null) return {};
    return typeof path === "string" ? { keyPath: path } : { keyPathArray: [...path] };
  }

  async function readStore(
    store: PageStore,
  ): Promise<{ records: Record<string, unknown>[]; reasons: Map<string, number> }> {
    const records: Record<string, unknown>[] = [];
    const reasons = new Map<string, number>();
    const [keys, values] = await Promise.all([
      settled(store.getAllKeys()),
      settled(store.getAll()),
    ]);
    keys.forEach((key, at) => {
      try {
        records.push({
          ...(store.keyPath === null ? pack("key", key) : {}),
          ...pack("value", values[at]),
        });
      } catch (error) {
        if (!(error instanceof Unserializable)) throw error;
        reasons.set(error.message, (reasons.get(error.message) ?? 0) + 1);
      }
    });
    return { records, reasons };
  }

  async function readDatabase(name: string, version: number): Promise<unknown> {
    const database = await open(name);
    // The person's page may want to upgrade or delete it: never be in the way.
    database.onversionchange = () => database.close();
    try {
      const names = [...database.objectStoreNames];
      if (names.length === 0) return { name, version, stores: [] };
      const transaction = database.transaction(names, "readonly");
      const stores = await Promise.all(names.map(async (storeName) => {
        const store = transaction.objectStore(storeName);
        const { records, reasons } = await readStore(store);
        for (const [reason, count] of reasons) {
          skipped.push({
            database: name,
            store: storeName,
            records: count,
            reason: `${reason} cannot travel`,
          });
        }
        return {
          name: storeName,
          autoIncrement: store.autoIncrement,
          ...keyPathOf(store.keyPath),
          records,
          indexes: [...store.indexNames].map((indexName) => {
            const index = store.index(indexName);
            return {
              name: indexName,
              ...keyPathOf(index.keyPath),
              multiEntry: index.multiEntry,
              unique: index.unique,
            };
          }),
        };
      }));
      return { name, version, stores };
    } finally {
      database.close();
    }
  }

  /** Only pages of `https:` and of this machine have private files. */
  async function privateFiles(): Promise<PageDirectory | undefined> {
    try {
      return await navigator.storage?.getDirectory?.();
    } catch {
      // The browser has none for this origin.
      return undefined;
    }
  }

  async function readFiles(directory: PageDirectory, parent: string): Promise<void> {
    for await (const [name, handle] of directory.entries()) {
      const path = parent === "" ? name : `${parent}/${name}`;
      if (handle.kind === "directory") {
        files.push({ path, type: "directory" });
        await readFiles(handle, path);
        continue;
      }
      try {
        const file = await handle.getFile();
        if (fits(Math.ceil(file.size / 3) * 4, { file: path })) {
          const bytes = new Uint8Array(await file.arrayBuffer());
          files.push({ path, type: "file", base64: base64(bytes) });
        }
      } catch (error) {
        skipped.push({ file: path, reason: reasonOf(error) });
      }
    }
  }

  function reasonOf(error: unknown): string {
    return error instanceof Error || error instanceof DOMException
      ? error.message || error.name
      : String(error);
  }

  /** Whether there is room for so many characters more; what has none is reported. */
  function fits(chars: number, item: { database: string } | { file: string }): boolean {
    if (usedChars + chars > bounds.maxChars) {
      skipped.push({ ...item, reason: `it is too large (${chars} characters)` });
      return false;
    }
    usedChars += chars;
    return true;
  }

  const skipped: SkippedItem[] = [];
  const files: { path: string; type: "file" | "directory"; base64?: string }[] = [];
  const databases: unknown[] = [];
  let usedChars = 0;
  const items = Object.keys(localStorage).map((name) => ({
    name,
    value: localStorage.getItem(name) ?? "",
  }));
  for (const { name, version } of await indexedDB.databases()) {
    if (!name || !version) continue;
    try {
      const database = await readDatabase(name, version);
      if (fits(JSON.stringify(database).length, { database: name })) databases.push(database);
    } catch (error) {
      skipped.push({ database: name, reason: reasonOf(error) });
    }
  }
  const root = await privateFiles();
  if (root !== undefined) await readFiles(root, "");
  return JSON.stringify({
    origin: location.origin,
    localStorage: items,
    indexedDB: databases,
    opfs: files,
    skipped,
  });
}
