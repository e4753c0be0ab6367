import assert from "node:assert/strict";
import fc from "fast-check";
import type { SiteFacts } from "./site_facts.ts";
import { orderSites, parseSiteOrder, siteOrderQuery, SORT_KEYS } from "./site_order.ts";

const ORDERS = fc.record({
  search: fc.string({ maxLength: 20 }).map((text) => text.trim()),
  sort: fc.constantFrom(...SORT_KEYS),
  isDescending: fc.boolean(),
  readersOf: fc.string(),
}, { noNullPrototype: true, requiredKeys: ["search", "sort", "isDescending"] });

const SITES: readonly SiteFacts[] = [
  { site: "b.test", login: ["session_cookie"], isLostOnRestart: true, readers: [] },
  {
    site: "a.test",
    login: [],
    isLostOnRestart: false,
    expiresMs: 2,
    changedMs: 1,
    readers: [{ name: "Ada", isPart: false }],
  },
  {
    site: "c.test",
    login: ["token_in_storage"],
    isLostOnRestart: false,
    expiresMs: 1,
    changedMs: 3,
    readers: [],
  },
  {
    site: "d.test",
    login: ["persistent_cookie"],
    isLostOnRestart: false,
    expiresMs: 5,
    readers: [],
  },
];

Deno.test("parseSiteOrder() reads what siteOrderQuery() writes, and takes any query", () => {
  fc.assert(fc.property(ORDERS, (order) => {
    assert.deepEqual(parseSiteOrder(new URLSearchParams(siteOrderQuery(order))), order);
  }));
  fc.assert(fc.property(fc.string(), (text) => {
    assert.ok(SORT_KEYS.includes(parseSiteOrder(new URLSearchParams(text)).sort));
  }));
});

Deno.test("orderSites() puts what has no value, or is no login, last in either direction", () => {
  const names = (sort: typeof SORT_KEYS[number], isDescending: boolean) =>
    orderSites(SITES, { search: "", sort, isDescending }).map(({ site }) => site[0]).join("");

  assert.deepEqual([names("site", false), names("site", true)], ["abcd", "dcba"]);
  assert.deepEqual([names("expires", false), names("expires", true)], ["cdab", "dcab"]);
  assert.deepEqual([names("changed", false), names("changed", true)], ["acbd", "cabd"]);
  assert.deepEqual([names("readers", false), names("readers", true)], ["bcda", "abcd"]);
});

Deno.test("orderSites() finds a site by its name, its login and its readers in any case", () => {
  for (const [search, found] of [["B.T", "b"], ["session c", "b"], ["ada", "a"], ["zz", ""]]) {
    const order = { search: search ?? "", sort: "site", isDescending: false } as const;
    assert.equal(orderSites(SITES, order).map(({ site }) => site[0]).join(""), found);
  }
});
