/**
 * No leak between scopes: 10^5 random grants over random snapshots full of names that look alike,
 * held against a browser's own rules written down a second time.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { siteRows } from "../inventory/site_rows.ts";
import type { StateCookie, StorageState } from "../storage_state.ts";
import { filterState } from "./filter_state.ts";
import type { Grant } from "./grant.ts";
import { siteOf } from "./host.ts";
import { parseAccessFile } from "./parse_access_file.ts";

const NAMES = [
  "github.com",
  "gist.github.com",
  "a.gist.github.com",
  "evil-github.com",
  "github.com.evil.org",
  "evil.org",
  "hub.com",
  "github.co",
  "a.github.io",
  "b.github.io",
  "x.a.github.io",
  "example.co.uk",
  "other.co.uk",
  "xn--mnchen-3ya.example",
  "xn--bcher-kva.example",
  "localhost",
  "app.localhost",
  "127.0.0.1",
  "127.0.0.11",
  "10.127.0.0",
  "[::1]",
  "[2001:db8::1]",
] as const;

/** Ways to write a host that are, or only look like, another. */
const DISGUISES: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name,
  (name) => name.toUpperCase(),
  (name) => `${name}.`,
  (name) => `${name}:8443`,
  (name) => `evil-${name}`,
  (name) => `${name}.evil.org`,
  (name) => `evil.org/.${name}`,
  (name) => `evil.org#${name}`,
  (name) => `evil.org@${name}`,
  (name) => `${name}@evil.org`,
  (name) => `evil.org\\.${name}`,
  (name) => `evil.org%2f.${name}`,
  (name) => `.${name}`,
  (name) => `\t${name}`,
  (name) => name.replace("xn--mnchen-3ya", "MÜNCHEN"),
  (name) => name.replace("g", "ｇ"),
];

const name = fc.constantFrom(...NAMES);
const host = fc.tuple(name, fc.constantFrom(...DISGUISES)).map(([one, hide]) => hide(one));
const allowed = fc.uniqueArray(name, { minLength: 1, maxLength: 4 });
const grants: fc.Arbitrary<Grant> = fc.record({
  sites: fc.oneof({ weight: 5, arbitrary: allowed }, fc.constant("*" as const)),
  deny: fc.uniqueArray(fc.oneof(name, fc.constantFrom("github.io", "co.uk", "com")), {
    maxLength: 2,
  }),
  hasNoSessionCookies: fc.boolean(),
});
const cookies: fc.Arbitrary<StateCookie> = fc.record({
  name: fc.constantFrom("session", "a"),
  value: fc.constant("v"),
  domain: fc.tuple(fc.constantFrom("", "."), host).map((parts) => parts.join("")),
  path: fc.constant("/"),
  expires: fc.constantFrom(-1, 2_000_000_000),
  httpOnly: fc.boolean(),
  secure: fc.boolean(),
  sameSite: fc.constant("Lax" as const),
  partitionKey: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    host.map((one) => `https://${one}`),
  ),
}).map(({ partitionKey, ...cookie }) => ({
  ...cookie,
  ...(partitionKey === undefined ? {} : { partitionKey }),
}));
const origins = fc.tuple(fc.constantFrom("https://", "http://"), host, fc.constantFrom("", ":81"))
  .map((parts) => ({ origin: parts.join(""), localStorage: [{ name: "token", value: "v" }] }))
  .chain((origin) =>
    fc.array(host, { maxLength: 2 }).map((tops) => ({
      ...origin,
      partitions: tops.map((top) => ({ topLevelSite: `https://${top}`, localStorage: [] })),
    }))
  );
const states: fc.Arbitrary<StorageState> = fc.record({
  cookies: fc.array(cookies, { maxLength: 6 }),
  origins: fc.array(origins, { maxLength: 4 }),
});

/** Every host a browser might be sent to with what is in a snapshot. */
const WORLD = [
  ...NAMES,
  ...NAMES.filter((one) => !isAddress(one)).flatMap((one) => [`deep.${one}`, `admin.deep.${one}`]),
  "com",
  "org",
  "io",
  "github.io",
  "co.uk",
  "deep.evil-github.com",
  "github.com.evil.org",
];

function isAddress(one: string): boolean {
  return /^\[|^[\d.]+$/.test(one);
}

/** The labels of `of`, from the right, begin with those of `domain`. */
function isWithin(of: string, domain: string): boolean {
  if (isAddress(of) || isAddress(domain)) return of === domain;
  const [labels, wanted] = [of.split(".").reverse(), domain.split(".").reverse()];
  return wanted.every((label, at) => labels[at] === label);
}

function isGranted({ sites, deny }: Grant, one: string): boolean {
  if (deny.some((entry) => isWithin(one, entry))) return false;
  return sites === "*" ||
    sites.some((site) => site === "localhost" ? one === site : isWithin(one, site));
}

/** Where a browser sends a cookie: the hosts of the world, by RFC 6265, section 5.4. */
function reachOf({ domain, partitionKey }: StateCookie): readonly string[] {
  const own = asBrowser(domain.replace(/^\./, ""));
  if (own === undefined) return ["a host that does not exist"];
  const reached = domain.startsWith(".") ? WORLD.filter((one) => isWithin(one, own)) : [];
  if (partitionKey === undefined) return [own, ...reached];
  const top = asBrowser(partitionKey.slice("https://".length).replace(/:\d+$/, ""));
  return [own, ...reached, top ?? "a host that does not exist"];
}

/** The host a browser makes of a text, if it takes it for a host and nothing more. */
function asBrowser(text: string): string | undefined {
  if (/[/\\#@?%\s]/.test(text)) return undefined;
  if (/:\d+$/.test(text) && !text.endsWith("]")) return undefined;
  return URL.parse(`http://${text}/`)?.hostname;
}

Deno.test("filterState() never gives a cookie, origin or row outside the grant, in 10^5 cases", () => {
  let given = 0;
  let withheld = 0;
  fc.assert(
    fc.property(states, grants, (state, grant) => {
      const mine = filterState(state, grant);
      given += mine.cookies.length + mine.origins.length;
      withheld += state.cookies.length + state.origins.length;
      for (const cookie of mine.cookies) {
        // A text of no host goes only to who may have everything, and then as it is.
        if (isAll(grant)) break;
        for (const reached of reachOf(cookie)) {
          assert.ok(isGranted(grant, reached), `${JSON.stringify(cookie)} reaches ${reached}`);
        }
        assert.ok(!(grant.hasNoSessionCookies && cookie.expires === -1));
      }
      for (const { origin, partitions = [] } of mine.origins) {
        if (isAll(grant)) break;
        const host = asBrowser(origin.replace(/^https?:\/\//, "").replace(/:\d+$/, ""));
        assert.ok(host !== undefined && isGranted(grant, host), origin);
        for (const { topLevelSite } of partitions) {
          const top = topLevelSite.slice("https://".length);
          for (
            const one of [
              top,
              ...WORLD.filter((other) => isWithin(other, top) && siteOf(other) === siteOf(top)),
            ]
          ) {
            assert.ok(isGranted(grant, one.replace(/:\d+$/, "")), `${topLevelSite}: ${one}`);
          }
        }
      }
      for (const row of siteRows(mine, { nowMs: 0 })) {
        const isOfGrant = grant.sites === "*" ||
          grant.sites.some((site) => siteOf(site) === row.site || isWithin(row.site, site));
        assert.ok(isOfGrant, row.site);
        assert.ok(row.origins.every((one) => mine.origins.some(({ origin }) => origin === one)));
      }
    }),
    { numRuns: 100_000 },
  );
  assert.ok(given > 20_000 && withheld > 2 * given, `${given} of ${withheld}`);
});

function isAll({ sites, deny, hasNoSessionCookies }: Grant): boolean {
  return sites === "*" && deny.length === 0 && !hasNoSessionCookies;
}

Deno.test("filterState() gives every plain host-only cookie and origin of a granted host", () => {
  fc.assert(
    fc.property(states, allowed, (state, sites) => {
      const grant: Grant = { sites, deny: [], hasNoSessionCookies: false };
      const mine = filterState(state, grant);

      for (const cookie of state.cookies) {
        const isPlain = !cookie.domain.startsWith(".") && cookie.partitionKey === undefined;
        if (isPlain && WORLD.includes(cookie.domain) && isGranted(grant, cookie.domain)) {
          assert.ok(mine.cookies.includes(cookie), cookie.domain);
        }
      }
      for (const origin of state.origins) {
        const plain = origin.origin.replace(/^https?:\/\//, "").replace(/:81$/, "");
        if (WORLD.includes(plain) && isGranted(grant, plain)) {
          assert.ok(mine.origins.some((one) => one.origin === origin.origin));
        }
      }
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("filterState() gives what an access file grants when it is written out and read again", () => {
  const digest = `sha256:${"0".repeat(64)}`;
  fc.assert(
    fc.property(states, grants, (state, grant) => {
      const text = `subjects: ${
        JSON.stringify({
          alice: {
            tokens: [digest],
            sites: grant.sites,
            deny: grant.deny,
            no_session_cookies: grant.hasNoSessionCookies,
          },
        })
      }`;
      let read: Grant | undefined;
      try {
        read = parseAccessFile(text).subjects[0]?.grant;
      } catch (error) {
        assert.match(String(error), /which can never apply/);
        return;
      }
      assert.deepEqual(filterState(state, read ?? assert.fail()), filterState(state, grant));
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("filterState() keeps frames of granted pages only, and sessionStorage where sessions are granted", () => {
  const items = [{ name: "k", value: "v" }];
  const state: StorageState = {
    cookies: [],
    origins: [{
      origin: "https://a.example",
      localStorage: [],
      sessionStorage: items,
      partitions: ["https://a.example", "https://b.example", "https://secret.example"]
        .map((topLevelSite) => ({ topLevelSite, localStorage: items })),
    }],
  };
  const grant = (hasNoSessionCookies: boolean): Grant => ({
    sites: ["a.example", "b.example"],
    deny: [],
    hasNoSessionCookies,
  });

  const [all] = filterState(state, grant(false)).origins;
  const [persistent] = filterState(state, grant(true)).origins;

  assert.deepEqual(all?.partitions?.map((one) => one.topLevelSite), [
    "https://a.example",
    "https://b.example",
  ]);
  assert.deepEqual(all?.sessionStorage, items);
  assert.equal(persistent?.sessionStorage, undefined);
});
