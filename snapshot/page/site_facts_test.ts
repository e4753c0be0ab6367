import assert from "node:assert/strict";
import fc from "fast-check";
import { coversHost, type Grant } from "../access/grant.ts";
import { isAtOrBelow } from "../access/host.ts";
import type { SiteRow } from "../inventory/site_rows.ts";
import { siteFacts } from "./site_facts.ts";

const HOSTS = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join("."));
const GRANTS: fc.Arbitrary<Grant> = fc.record({
  sites: fc.oneof(fc.constant("*" as const), fc.array(HOSTS, { maxLength: 3 })),
  deny: fc.array(HOSTS, { maxLength: 2 }),
  hasNoSessionCookies: fc.constant(false),
});

function row(site: string): SiteRow {
  return {
    ...{ site, origins: [], login: [], isLostOnRestart: false },
    ...{ cookieCount: 1, partitionedCookieCount: 0 },
    ...{ expiringWithin24Hours: 0, expiringWithin7Days: 0 },
  };
}

Deno.test("siteFacts() names exactly the readers whose grant has something of a site", () => {
  fc.assert(fc.property(HOSTS, fc.array(GRANTS, { maxLength: 5 }), (site, grants) => {
    const readers = grants.map((grant, at) => ({ name: String(at), grant }));

    const found = siteFacts([row(site)], new Map(), readers)[0]?.readers ?? [];

    const expected = readers.filter(({ grant }) =>
      coversHost(grant, site) ||
      (grant.sites !== "*" &&
        grant.sites.some((entry) => isAtOrBelow(entry, site) && coversHost(grant, entry)))
    );
    assert.deepEqual(found.map(({ name }) => name), expected.map(({ name }) => name));
    for (const { name, isPart } of found) {
      const grant = grants[Number(name)] ?? assert.fail();
      if (!isPart) assert.ok(coversHost(grant, site), "who has it whole has its own host");
    }
  }));
});
