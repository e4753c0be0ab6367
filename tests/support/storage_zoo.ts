/**
 * Storage of every kind that a snapshot carries, and a way to compare it on both sides.
 *
 * Both are texts that run in a page.
 *
 * @module
 */

/** Fills localStorage, two IndexedDB databases and the private files of the page's origin. */
export const FILL_STORAGE = `(async () => {
  localStorage.setItem("token", "abc.def");
  localStorage.setItem("emoji 😀", "naïve ☃ 😀");
  localStorage.setItem("", "empty name");
  localStorage.setItem("empty", "");
  localStorage.setItem("nul\\0name", "nul\\0value");
  localStorage.setItem("lone surrogate", "a\\ud800b");
  localStorage.setItem("long", "x".repeat(100_000));
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const finished = (transaction) => new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  {
    const request = indexedDB.open("zoo", 3);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("values");
      request.result.createObjectStore("counted", { autoIncrement: true });
      const users = request.result.createObjectStore("users", { keyPath: "id" });
      users.createIndex("by mail", "mail", { unique: true });
      users.createIndex("by tag", "tags", { multiEntry: true });
      users.createIndex("by both", ["name.first", "mail"]);
      request.result.createObjectStore("compound", { keyPath: ["a", "b.c"] });
      request.result.createObjectStore("empty");
    };
    const database = await done(request);
    const transaction = database.transaction([...database.objectStoreNames], "readwrite");
    const values = transaction.objectStore("values");
    const cyclic = { name: "cycle", list: [1] };
    cyclic.self = cyclic;
    cyclic.list.push(cyclic.list);
    const shared = { shared: true };
    const error = new RangeError("out of range");
    const kinds = {
      string: "text", emptyString: "", emoji: "😀", lone: "a\\ud800b", nul: "a\\0b",
      zero: 0, one: 1, negativeZero: -0, notANumber: NaN, infinity: Infinity,
      negativeInfinity: -Infinity, fraction: 1.5, yes: true, no: false, nothing: null,
      missing: undefined, big: 12345678901234567890n, date: new Date(86400000),
      invalidDate: new Date(NaN), regexp: /a+b\\/c/giu, error,
      map: new Map([["k", new Map([[1, new Date(0)]])], [{ key: 1 }, null]]),
      set: new Set([1, "two", new Set([3n])]),
      buffer: new Uint8Array([0, 255, 128]).buffer, emptyBuffer: new ArrayBuffer(0),
      bytes: new Uint8Array([1, 2, 3]).subarray(1), clamped: new Uint8ClampedArray([9]),
      shorts: new Int16Array([-1, 2]), floats: new Float64Array([0.5, NaN]),
      longs: new BigInt64Array([-5n]),
      plain: { a: [1, { b: "c" }], d: null }, array: [1, "two", [3]], sparse: [, 1],
      mixed: { when: new Date(5), list: [undefined, NaN, { m: new Map() }] },
      cyclic, twice: [shared, shared], toJSON: { toJSON: "a text" }, emptyObject: {},
    };
    for (const [key, value] of Object.entries(kinds)) values.put(value, key);
    for (const key of [0, -1.5, Infinity, new Date(7), ["a", [1, new Date(8)]],
      new Uint8Array([1, 2]).buffer, ""]) values.put("by key", key);
    const counted = transaction.objectStore("counted");
    counted.put("first");
    counted.put({ n: 2 });
    counted.put("fortieth", 40);
    const users = transaction.objectStore("users");
    users.put({ id: 1, mail: "ada@example.com", tags: ["x", "y"], name: { first: "Ada" } });
    users.put({ id: "two", mail: "bob@example.com", tags: ["y"], joined: new Date(1) });
    transaction.objectStore("compound").put({ a: 1, b: { c: new Date(2) }, value: "v" });
    await finished(transaction);
    database.close();
  }
  const request = indexedDB.open("no stores", 1);
  (await done(request)).close();
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle("folder ☃", { create: true });
  await folder.getDirectoryHandle("empty", { create: true });
  for (const [directory, name, bytes] of [[root, "top", [1, 0, 255]], [folder, "inner", []]]) {
    const writable = await (await directory.getFileHandle(name, { create: true })).createWritable();
    await writable.write(new Uint8Array(bytes));
    await writable.close();
  }
})()`;

/** Describes localStorage, IndexedDB and private files of the page's origin, item by item, as \`path: value\`. */
export const DESCRIBE_STORAGE = `(async () => {
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const describe = (value, seen = new Map()) => {
    if (Object.is(value, -0)) return "-0";
    if (value === null || typeof value !== "object") {
      return typeof value + " " + (typeof value === "string" ? JSON.stringify(value) : String(value));
    }
    if (seen.has(value)) return "same as " + seen.get(value);
    seen.set(value, seen.size);
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    const list = (items) => "[" + [...items].map((item) => describe(item, seen)).join(", ") + "]";
    if (value instanceof Date) return "Date " + value.getTime();
    if (value instanceof RegExp) return String(value);
    if (value instanceof Error) return value.name + ": " + value.message;
    if (value instanceof ArrayBuffer) return "ArrayBuffer " + list(new Uint8Array(value));
    if (ArrayBuffer.isView(value) || value instanceof Set) return tag + " " + list(value);
    if (value instanceof Map) return "Map " + [...value].map((pair) => list(pair)).join(", ");
    if (Array.isArray(value)) return list(value);
    return tag + " {" + Object.keys(value).sort()
      .map((key) => JSON.stringify(key) + ": " + describe(value[key], seen)).join(", ") + "}";
  };
  const lines = Object.keys(localStorage)
    .map((key) => "localStorage " + JSON.stringify(key) + ": " + describe(localStorage.getItem(key)));
  for (const { name, version } of await indexedDB.databases()) {
    lines.push("database " + name + " " + version);
    const database = await done(indexedDB.open(name));
    for (const storeName of database.objectStoreNames) {
      const store = database.transaction(storeName).objectStore(storeName);
      const prefix = name + "/" + storeName;
      lines.push(prefix + ": " + describe([store.keyPath, store.autoIncrement]));
      for (const indexName of store.indexNames) {
        const index = store.index(indexName);
        lines.push(prefix + " index " + describe([
          indexName, index.keyPath, index.unique, index.multiEntry, await done(index.count()),
        ]));
      }
      const [keys, values] = [await done(store.getAllKeys()), await done(store.getAll())];
      keys.forEach((key, at) => lines.push(prefix + " " + describe(key) + ": " + describe(values[at])));
    }
    database.close();
  }
  const walk = async (directory, path) => {
    for await (const [name, handle] of directory.entries()) {
      const bytes = handle.kind === "file" && await (await handle.getFile()).arrayBuffer();
      lines.push("file " + path + name + ": " + (bytes ? describe(bytes) : "directory"));
      if (!bytes) await walk(handle, path + name + "/");
    }
  };
  await walk(await navigator.storage.getDirectory(), "/");
  return lines.sort();
})()`;
