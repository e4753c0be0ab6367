/**
 * Session cookies after a restart: each rule by an example, and what must hold for all of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { StateCookie } from "../storage_state.ts";
import { cookieIdentity } from "./cookie_identity.ts";
import { type KeepFacts, keepSessionCookies, type KeptCookie } from "./keep_session_cookies.ts";

const NOW_MS = Date.parse("2026-05-01T12:00:00.000Z");
const SINCE = "2026-05-01T11:00:00.000Z";
const RESTARTED: KeepFacts = {
  nowMs: NOW_MS,
  isRestarted: true,
  visitedSites: new Set(),
  keepSeconds: 7_200,
};
const RUNNING: KeepFacts = { ...RESTARTED, isRestarted: false };

function cookie(name: string, domain: string, expires = -1): StateCookie {
  return {
    name,
    value: `${name} of ${domain}`,
    domain,
    path: "/",
    expires,
    httpOnly: true,
    secure: true,
    sameSite: "Lax",
  };
}

function mark({ name, domain, path }: StateCookie, since = SINCE): KeptCookie {
  return { name, domain, path, since };
}

const LASTING = NOW_MS / 1_000 + 1_000;
const A = cookie("sid", "a.test");
const A_OTHER = cookie("other", "www.a.test");
const A_LASTING = cookie("lasting", ".a.test", LASTING);
const B = cookie("sid", "b.test");
const PARTITIONED = { ...B, partitionKey: "https://top.test", _crHasCrossSiteAncestor: true };

type Case = [
  string,
  StateCookie[],
  KeptCookie[],
  StateCookie[],
  Partial<KeepFacts>,
  StateCookie[],
];

Deno.test.each<Case>([
  ["the browser was restarted", [A, B, A_LASTING], [], [A_LASTING], {}, [A, B]],
  ["the browser still has it", [A, B], [], [A], {}, [B]],
  ["a partitioned cookie has a namesake", [B, PARTITIONED], [], [B], {}, [PARTITIONED]],
  ["a partitioned cookie is alone", [PARTITIONED], [], [], {}, [PARTITIONED]],
  ["keeping is off", [A, B], [], [], { keepSeconds: 0 }, []],
  ["it was removed while the browser ran", [A, B], [], [B], { isRestarted: false }, []],
  ["it was kept and nothing happened", [A, B], [mark(A)], [B], { isRestarted: false }, [A]],
  ["it was kept and the browser is restarted again", [A], [mark(A)], [], {}, [A]],
  [
    "its time is over",
    [A, B],
    [mark(A, "2026-05-01T10:00:00.000Z"), mark(B)],
    [],
    { isRestarted: false },
    [B],
  ],
  ["the site has set it anew", [A], [mark(A)], [A], { isRestarted: false }, []],
  [
    "the site has set another cookie anew",
    [A, A_OTHER],
    [mark(A), mark(A_OTHER)],
    [A_OTHER],
    { isRestarted: false },
    [],
  ],
  ["the site has set a new cookie", [A, B], [], [cookie("new", "www.a.test")], {}, [B]],
  [
    "the person has the site open",
    [A, B],
    [mark(A), mark(B)],
    [],
    { isRestarted: false, visitedSites: new Set(["a.test"]) },
    [B],
  ],
  [
    "the site has taken another cookie away",
    [A, B, A_LASTING],
    [mark(A), mark(B)],
    [],
    { isRestarted: false },
    [B],
  ],
  [
    "another cookie of the site has expired",
    [A, cookie("old", "a.test", NOW_MS / 1_000 - 1)],
    [mark(A)],
    [],
    { isRestarted: false },
    [A],
  ],
])("keepSessionCookies() decides when %s", (_, cookies, kept, own, facts, expected) => {
  const now = keepSessionCookies({ cookies, kept }, own, { ...RESTARTED, ...facts });

  const order = (list: readonly StateCookie[]) => list.map(cookieIdentity).sort();
  assert.deepEqual(order(now.cookies), order(expected));
});

Deno.test("keepSessionCookies() keeps the first time when it keeps a cookie again", () => {
  const first = keepSessionCookies({ cookies: [A], kept: [] }, [], RESTARTED);
  const second = keepSessionCookies({ cookies: first.cookies, kept: first.kept }, [], {
    ...RESTARTED,
    nowMs: NOW_MS + 1_000,
  });

  assert.equal(first.kept[0]?.since, "2026-05-01T12:00:00.000Z");
  assert.deepEqual(second.kept, first.kept);
});

const anyCookie = fc.record({
  name: fc.constantFrom("sid", "token", "x"),
  domain: fc.constantFrom("a.test", ".a.test", "b.test", "c.b.test", "c.github.io"),
  expires: fc.constantFrom(-1, LASTING),
}).map(({ name, domain, expires }) => cookie(name, domain, expires));
const anyJar = fc.uniqueArray(anyCookie, { selector: cookieIdentity, maxLength: 10 });
const anyBefore = anyJar.chain((cookies) =>
  fc.subarray(cookies.filter((one) => one.expires === -1)).map((kept) => ({
    cookies,
    kept: kept.map((one) => mark(one)),
  }))
);

Deno.test("keepSessionCookies() keeps only unchanged session cookies the browser lacks", () => {
  fc.assert(fc.property(anyBefore, anyJar, fc.boolean(), (before, own, isRestarted) => {
    const { cookies, kept } = keepSessionCookies(before, own, { ...RESTARTED, isRestarted });

    assert.deepEqual(kept.map(cookieIdentity), cookies.map(cookieIdentity));
    const present = new Set(own.map(cookieIdentity));
    for (const one of cookies) {
      assert.ok(before.cookies.includes(one) && one.expires === -1);
      assert.ok(!present.has(cookieIdentity(one)));
    }
    assert.ok(!JSON.stringify(kept).includes(" of "), "a mark holds no value");
  }));
});

Deno.test("keepSessionCookies() brings nothing back when the browser runs on", () => {
  fc.assert(fc.property(anyBefore, anyJar, anyJar, (before, own, later) => {
    const first = keepSessionCookies(before, own, RUNNING);
    const again = keepSessionCookies(
      { cookies: [...own, ...first.cookies], kept: first.kept },
      later,
      RUNNING,
    );

    const marked = new Set(first.kept.map(cookieIdentity));
    for (const one of again.kept) assert.ok(marked.has(cookieIdentity(one)));
  }));
});
