/**
 * The guard on every state there could be, and on the ones that hurt.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { StateCookie } from "../storage_state.ts";
import { FLOOR_SITES, type GuardFacts, judge, type OwnState, type Verdict } from "./judge.ts";
import { siteOfHost } from "./site_of.ts";

const NOW_MS = 1_700_000_000_000;
const LATER = NOW_MS / 1_000 + 86_400;
const QUIET: GuardFacts = {
  nowMs: NOW_MS,
  isRestarted: false,
  seenLogouts: new Set(),
  isForced: false,
  maxLostPercent: 50,
};

function cookie(domain: string, expires = LATER, name = "session"): StateCookie {
  return {
    name,
    value: "v",
    domain,
    path: "/",
    expires,
    httpOnly: true,
    secure: true,
    sameSite: "Lax",
  };
}

function stateOf(...cookies: StateCookie[]): OwnState {
  return { cookies, origins: [] };
}

function sites(count: number): StateCookie[] {
  return Array.from({ length: count }, (_, n) => cookie(`site-${n}.example`));
}

function refused(verdict: Verdict): readonly string[] {
  return verdict.kind === "publish" ? [] : [verdict.rule, ...verdict.sites.map((one) => one.site)];
}

Deno.test.each<[string, OwnState, OwnState, Partial<GuardFacts>, readonly string[]]>([
  ["nothing is lost", stateOf(...sites(9)), stateOf(...sites(9)), {}, []],
  ["the jar is empty", stateOf(cookie("a.test")), stateOf(), {}, ["empty_jar", "a.test"]],
  [
    "the jar is empty and only trackers were in it",
    stateOf({ ...cookie("a.test", LATER, "_ga"), httpOnly: false }),
    stateOf(),
    {},
    ["empty_jar", "a.test"],
  ],
  ["the jar was empty before", stateOf(), stateOf(), { isRestarted: true }, []],
  [
    "the jar is empty after a logout that was seen",
    stateOf(cookie("a.test")),
    stateOf(),
    { seenLogouts: new Set(["a.test"]) },
    [],
  ],
  [
    "every cookie has expired",
    stateOf(cookie("a.test", NOW_MS / 1_000 - 1), cookie("b.test", NOW_MS / 1_000)),
    stateOf(),
    { isRestarted: true },
    [],
  ],
  [
    "one site is lost while the browser runs",
    stateOf(...sites(9)),
    stateOf(...sites(8)),
    {},
    [],
  ],
  [
    "one site is lost in a restart",
    stateOf(...sites(9)),
    stateOf(...sites(8)),
    { isRestarted: true },
    ["lost_in_restart", "site-8.example"],
  ],
  [
    "a site lost only its session cookies in a restart",
    stateOf(cookie("a.test", -1), cookie("b.test")),
    stateOf(cookie("b.test")),
    { isRestarted: true },
    [],
  ],
  [
    "a site keeps another login in a restart",
    stateOf(cookie("www.a.test"), cookie(".a.test", LATER, "token")),
    stateOf(cookie(".a.test", LATER, "token")),
    { isRestarted: true },
    [],
  ],
  [
    "a site lost only what everybody has in a restart",
    stateOf(cookie("a.test", LATER, "__cf_bm"), cookie("b.test")),
    stateOf(cookie("b.test")),
    { isRestarted: true },
    [],
  ],
  [
    "a token in storage is lost in a restart",
    {
      cookies: [],
      origins: [{ origin: "https://a.test", localStorage: [{ name: "token", value: "t" }] }],
    },
    stateOf(cookie("b.test")),
    { isRestarted: true },
    ["lost_in_restart", "a.test"],
  ],
  [
    "more than the share is lost at once",
    stateOf(...sites(6)),
    stateOf(...sites(2)),
    {},
    ["lost_share", "site-2.example", "site-3.example", "site-4.example", "site-5.example"],
  ],
  ["exactly the share is lost at once", stateOf(...sites(8)), stateOf(...sites(4)), {}, []],
  ["no more than the floor is lost", stateOf(...sites(4)), stateOf(...sites(1)), {}, []],
  [
    "the loss is forced",
    stateOf(...sites(9)),
    stateOf(),
    { isForced: true, isRestarted: true },
    [],
  ],
])("judge() decides when %s", (_, previous, candidate, facts, expected) => {
  const verdict = judge(previous, candidate, { ...QUIET, ...facts });

  assert.deepEqual(refused(verdict), expected);
});

const HOSTS = ["a.test", ".a.test", "www.b.test", "c.github.io", "d.github.io", "e.test", "f.test"];

const anyCookie = fc.record({
  host: fc.constantFrom(...HOSTS),
  name: fc.constantFrom("session", "_ga", "token", "x"),
  expires: fc.constantFrom(-1, LATER, NOW_MS / 1_000 - 5),
  httpOnly: fc.boolean(),
}).map(({ host, name, expires, httpOnly }) => ({ ...cookie(host, expires, name), httpOnly }));

const anyState = fc.record({
  cookies: fc.uniqueArray(anyCookie, { selector: (one) => one.domain + one.name, maxLength: 12 }),
  origins: fc.uniqueArray(
    fc.record({
      origin: fc.constantFrom("https://a.test", "https://b.test", "https://g.test"),
      localStorage: fc.array(
        fc.record({ name: fc.constantFrom("token", "theme"), value: fc.constant("v") }),
        { maxLength: 2 },
      ),
    }),
    { selector: (one) => one.origin },
  ),
});

const anyFacts: fc.Arbitrary<GuardFacts> = fc.record({
  nowMs: fc.constant(NOW_MS),
  isRestarted: fc.boolean(),
  seenLogouts: fc.subarray(HOSTS.map(siteOfHost)).map((list) => new Set(list)),
  isForced: fc.constant(false),
  maxLostPercent: fc.integer({ min: 0, max: 100 }),
});

Deno.test("judge() publishes when there was nothing before or it is forced", () => {
  fc.assert(fc.property(anyState, anyState, anyFacts, (before, after, facts) => {
    assert.equal(judge(undefined, after, facts).kind, "publish");
    assert.equal(judge(before, after, { ...facts, isForced: true }).kind, "publish");
  }));
});

Deno.test("judge() publishes when nothing of what was there is missing", () => {
  fc.assert(fc.property(anyState, anyState, anyFacts, (before, more, facts) => {
    const after = {
      cookies: [...before.cookies, ...more.cookies],
      origins: [...before.origins, ...more.origins],
    };

    assert.equal(judge(before, after, facts).kind, "publish");
  }));
});

Deno.test("judge() names only sites that had something and have no login now", () => {
  fc.assert(fc.property(anyState, anyState, anyFacts, (before, after, facts) => {
    const verdict = judge(before, after, facts);

    if (verdict.kind === "publish") return;
    assert.ok(verdict.sites.length > 0);
    for (const { site, cookies, origins } of verdict.sites) {
      assert.ok(cookies + origins > 0, site);
      assert.ok(!facts.seenLogouts.has(site), site);
      const had = before.cookies.some((one) =>
        siteOfHost(one.domain) === site && (one.expires === -1 || one.expires === LATER)
      ) || before.origins.some((one) =>
        siteOfHost(new URL(one.origin).hostname) === site
      );
      assert.ok(had, site);
      const has = after.cookies.some((one) =>
        siteOfHost(one.domain) === site && one.httpOnly && one.name !== "_ga"
      );
      assert.ok(!has, site);
    }
  }));
});

Deno.test("judge() never refuses more when more is explained", () => {
  fc.assert(fc.property(anyState, anyState, anyFacts, (before, after, facts) => {
    const first = judge(before, after, facts);
    if (first.kind === "publish") return;
    const all = new Set([...facts.seenLogouts, ...first.sites.map((one) => one.site)]);

    const second = judge(before, after, { ...facts, seenLogouts: all });

    assert.equal(second.kind, "publish");
  }));
});

Deno.test("judge() refuses every unexplained empty jar after one that was not", () => {
  fc.assert(fc.property(anyState, fc.integer({ min: 0, max: 100 }), (before, maxLostPercent) => {
    const isNonEmpty = before.cookies.some((one) => one.expires === -1 || one.expires === LATER);
    fc.pre(isNonEmpty);

    const verdict = judge(before, stateOf(), { ...QUIET, maxLostPercent });

    assert.equal(verdict.kind === "refuse" && verdict.rule, "empty_jar");
  }));
});

Deno.test("judge() refuses every restart in which a lasting login is lost", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 29 }), (count, left) => {
      fc.pre(left < count);
      const verdict = judge(stateOf(...sites(count)), stateOf(...sites(left), cookie("new.test")), {
        ...QUIET,
        isRestarted: true,
      });

      assert.equal(verdict.kind === "refuse" && verdict.sites.length, count - left);
    }),
  );
});

Deno.test("judge() refuses by share exactly above the floor and the percentage", () => {
  const counts = fc.record({
    count: fc.integer({ min: 1, max: 40 }),
    left: fc.integer({ min: 1, max: 40 }),
    percent: fc.integer({ min: 0, max: 100 }),
  });
  fc.assert(fc.property(counts, ({ count, left, percent }) => {
    fc.pre(left <= count);
    const lost = count - left;

    const verdict = judge(stateOf(...sites(count)), stateOf(...sites(left)), {
      ...QUIET,
      maxLostPercent: percent,
    });

    const isLarge = lost > FLOOR_SITES && lost / count > percent / 100;
    assert.equal(verdict.kind, isLarge ? "refuse" : "publish");
  }));
});
