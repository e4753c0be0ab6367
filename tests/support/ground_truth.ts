/**
 * Random storage and cookies that a browser is filled with, so that what comes out at the other end can be held
 * against what went in.
 *
 * @module
 */
import fc from "fast-check";
import type { CdpClient } from "../../cdp/client.ts";
import { systemClock } from "../../core/clock.ts";

/** JavaScript source of a value that IndexedDB can store and a snapshot can carry. */
function valueSource(): fc.Arbitrary<string> {
  const text = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) })
    .map((value) => JSON.stringify(value));
  const bytes = fc.array(fc.nat(255), { maxLength: 40 });
  const typed = fc.tuple(
    fc.constantFrom(
      "Int8Array",
      "Uint8Array",
      "Uint8ClampedArray",
      "Int16Array",
      "Uint16Array",
      "Int32Array",
      "Uint32Array",
      "Float32Array",
      "Float64Array",
    ),
    bytes,
  ).map(([kind, list]) => `new ${kind}([${list}])`);
  return fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3, depthIdentifier: "value" },
      text,
      fc.double().map((number) => Object.is(number, -0) ? "-0" : String(number)),
      fc.bigInt().map((big) => `${big}n`),
      fc.constantFrom("true", "false", "null", "undefined", "-0", "NaN", "Infinity", "-Infinity"),
      fc.date({ noInvalidDate: false }).map((date) => `new Date(${date.getTime()})`),
      fc.constantFrom("/a+b/gi", "/[\\/]☃/u", "new RangeError('r')", "new Error('e')"),
      typed,
      bytes.map((list) => `new Uint8Array([${list}]).buffer`),
      bytes.map((list) => `new BigInt64Array([${list.map((n) => `${n}n`)}])`),
      fc.array(tie("any"), { maxLength: 4 }).map((items) => `[${items}]`),
      fc.array(fc.tuple(text, tie("any")), { maxLength: 4 }).map((pairs) =>
        `{${pairs.map(([key, value]) => `[${key}]: ${value}`)}}`
      ),
      fc.array(fc.tuple(tie("any"), tie("any")), { maxLength: 3 }).map((pairs) =>
        `new Map([${pairs.map(([key, value]) => `[${key}, ${value}]`)}])`
      ),
      fc.array(tie("any"), { maxLength: 3 }).map((items) => `new Set([${items}])`),
    ),
  })).any;
}

/** JavaScript source of a value that may be a key. */
function keySource(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.double({ noNaN: true }).map((number) => Object.is(number, -0) ? "0" : String(number)),
    fc.string().map((value) => JSON.stringify(value)),
    fc.date({ noInvalidDate: true }).map((date) => `new Date(${date.getTime()})`),
    fc.array(fc.nat(255), { maxLength: 4 }).map((list) => `new Uint8Array([${list}]).buffer`),
    fc.array(fc.nat(9), { maxLength: 3 }).map((list) => `[${list}]`),
  );
}

/** A script that fills the storage of one origin with random content. */
export function fillScripts(): fc.Arbitrary<string> {
  const anyText = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) });
  return fc.record({
    items: fc.array(
      fc.tuple(anyText, fc.oneof(anyText, fc.nat(60_000).map((length) => "v".repeat(length)))),
      { maxLength: 6 },
    ),
    records: fc.array(fc.tuple(keySource(), valueSource()), { maxLength: 8 }),
    counted: fc.array(valueSource(), { maxLength: 3 }),
    version: fc.integer({ min: 1, max: 9 }),
  }).map(({ items, records, counted, version }) =>
    `(async () => {
    for (const [name, value] of ${JSON.stringify(items)}) localStorage.setItem(name, value);
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open("random", ${version});
      request.onupgradeneeded = () => {
        request.result.createObjectStore("keyed").createIndex("i", ["a", "b"], { unique: false });
        request.result.createObjectStore("counted", { autoIncrement: true });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const transaction = database.transaction(["keyed", "counted"], "readwrite");
    const keyed = transaction.objectStore("keyed");
    ${records.map(([key, value]) => `keyed.put(${value}, ${key});`).join("\n")}
    const counted = transaction.objectStore("counted");
    ${counted.map((value) => `counted.put(${value});`).join("\n")}
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    database.close();
  })()`
  );
}

/**
 * Sets random cookies over the whole space of attributes.
 *
 * @param client The browser.
 * @param count How many.
 * @param seed Makes them the same every time.
 */
export async function setRandomCookies(
  client: CdpClient,
  count: number,
  seed: number,
): Promise<void> {
  const cookie = fc.record({
    name: fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/),
    value: fc.stringMatching(/^[!#-+\--:<-[\]-~]{0,200}$/),
    host: fc.integer({ min: 0, max: 400 }).map((n) => `h${n % 7}.site-${n}.example`),
    isDomain: fc.boolean(),
    path: fc.constantFrom("/", "/a", "/a/b/"),
    httpOnly: fc.boolean(),
    isSession: fc.boolean(),
    sameSite: fc.constantFrom("Strict" as const, "Lax" as const, "None" as const, undefined),
    partition: fc.constantFrom(
      undefined,
      undefined,
      { topLevelSite: "https://top.example", hasCrossSiteAncestor: true },
      { topLevelSite: "https://other.example", hasCrossSiteAncestor: false },
    ),
    days: fc.integer({ min: 1, max: 390 }),
  });
  for (const one of fc.sample(cookie, { numRuns: count, seed })) {
    const { host, isDomain, isSession, sameSite, partition, days, ...rest } = one;
    await client.send("Storage.setCookies", {
      cookies: [{
        ...rest,
        secure: true,
        ...(isDomain ? { domain: `.${host}` } : { url: `https://${host}/` }),
        ...(isSession ? {} : { expires: systemClock.now() / 1_000 + days * 86_400 }),
        ...(sameSite === undefined ? {} : { sameSite }),
        ...(partition === undefined ? {} : { partitionKey: partition }),
      }],
    });
  }
}
