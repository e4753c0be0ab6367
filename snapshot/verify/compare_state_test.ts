/**
 * What counts as arrived, and what a report says of the rest.
 *
 * @module
 */
import assert from "node:assert/strict";
import { cookieIdentity } from "../guard/cookie_identity.ts";
import type { StateCookie } from "../storage_state.ts";
import { compareCookies, compareOrigin } from "./compare_state.ts";
import { hasArrivedWhole, verifyText } from "./verify_report.ts";

const NOW_MS = 1_700_000_000_000;

const COOKIE: StateCookie = {
  name: "session",
  value: "secret",
  domain: "example.com",
  path: "/",
  expires: NOW_MS / 1_000 + 100,
  httpOnly: true,
  secure: true,
  sameSite: "Lax",
};

Deno.test.each<[string, StateCookie, StateCookie[], RegExp | undefined]>([
  ["it is there", COOKIE, [COOKIE], undefined],
  [
    "it expires within a second of it",
    COOKIE,
    [{ ...COOKIE, expires: COOKIE.expires + 1 }],
    undefined,
  ],
  ["it is not there", COOKIE, [], /gave no reason/],
  ["another domain has it", COOKIE, [{ ...COOKIE, domain: ".example.com" }], /gave no reason/],
  ["it has expired", { ...COOKIE, expires: 5 }, [], /^it has expired$/],
  ["its value differs", COOKIE, [{ ...COOKIE, value: "other" }], /^it arrived with another value$/],
  [
    "its flags differ",
    COOKIE,
    [{ ...COOKIE, httpOnly: false, sameSite: "None", expires: -1 }],
    /^it arrived with another httpOnly, sameSite, expires$/,
  ],
])("compareCookies() decides when %s", (_, expected, arrived, refused) => {
  const [arrival] = compareCookies([expected], arrived, NOW_MS, new Map());

  if (refused === undefined) assert.equal(arrival?.refused, undefined);
  else assert.match(arrival?.refused ?? "", refused);
  assert.ok(!JSON.stringify(arrival).includes("secret"));
});

Deno.test("compareCookies() repeats why a cookie was left out", () => {
  const refusals = new Map([[cookieIdentity(COOKIE), "Invalid cookie fields"]]);

  const [arrival] = compareCookies([COOKIE], [], NOW_MS, refusals);

  assert.equal(arrival?.refused, "Invalid cookie fields");
});

Deno.test("compareOrigin() counts items, records, empty stores and files", () => {
  const store = { autoIncrement: false, indexes: [] };
  const items = compareOrigin({
    origin: "https://example.com",
    localStorage: [{ name: "same", value: "1" }, { name: "other", value: "1" }],
    indexedDB: [
      { name: "none", version: 1, stores: [] },
      {
        name: "db",
        version: 1,
        stores: [
          { ...store, name: "two", records: [{ key: 1 }, { key: 2 }] },
          { ...store, name: "empty", records: [] },
          { ...store, name: "gone", records: [] },
        ],
      },
    ],
    opfs: [{ path: "a.txt", type: "file", base64: "" }],
  }, {
    localStorage: [["same", "1"], ["other", "2"]],
    databases: [{ name: "none", stores: [] }, { name: "db", stores: [["two", 1], ["empty", 0]] }],
    files: ["a.txt"],
  });

  assert.deepEqual(items.map((one) => [one.what, one.arrived, one.expected, one.isWhole]), [
    ['localStorage "same"', 1, 1, true],
    ['localStorage "other"', 0, 1, false],
    ['IndexedDB "none"', 1, 1, true],
    ['IndexedDB "db"/"two"', 1, 2, false],
    ['IndexedDB "db"/"empty"', 0, 0, true],
    ['IndexedDB "db"/"gone"', 0, 0, false],
    ['file "a.txt"', 1, 1, true],
  ]);
});

Deno.test("verifyText() has a line for each site and one for each thing that is missing", () => {
  const report = {
    browser: "Chromium 1",
    tookMs: 1_234,
    cookies: [
      { name: "a", domain: ".example.com", path: "/" },
      { name: "b", domain: "www.example.com", path: "/x", refused: "it has expired" },
      { name: "c", domain: "example.org", path: "/" },
    ],
    origins: [{
      origin: "https://example.org",
      items: [
        { what: 'localStorage "k"', expected: 1, arrived: 0, isWhole: false },
        { what: 'IndexedDB "d"/"s"', expected: 3, arrived: 2, isWhole: false },
      ],
    }, { origin: "https://example.net", items: [], refused: "quota" }],
  };

  assert.equal(hasArrivedWhole(report), false);
  assert.deepEqual(verifyText(report, "FILE").split("\n"), [
    "✗ example.com: 1 of 2 cookies",
    '    cookie "b" of www.example.com/x: it has expired',
    "✗ example.net: 0 of 0 items",
    "    everything of https://example.net: quota",
    "✗ example.org: 1 of 1 cookies, 0 of 2 items",
    '    https://example.org localStorage "k": it did not arrive',
    '    https://example.org IndexedDB "d"/"s": 2 of 3 records arrived',
    "",
    "2 of 3 cookies and 0 of 2 items of 2 origins arrived in Chromium 1 (1.2 s) from FILE",
    "",
  ]);
});
