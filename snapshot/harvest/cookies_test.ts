import assert from "node:assert/strict";
import fc from "fast-check";
import { parseStorageState } from "../storage_state.ts";
import { type BrowserCookie, toStateCookie } from "./cookies.ts";

const NOW = Date.UTC(2026, 0, 1);
const FUTURE = NOW / 1_000 + 1_000;

function cookie(over: Partial<BrowserCookie> = {}): BrowserCookie {
  return {
    name: "n",
    value: "v",
    domain: "example.com",
    path: "/",
    expires: FUTURE,
    size: 2,
    httpOnly: false,
    secure: true,
    session: false,
    priority: "Medium",
    sourceScheme: "Secure",
    sourcePort: 443,
    ...over,
  };
}

Deno.test("toStateCookie() keeps a partition and which ancestors it had", () => {
  for (const hasCrossSiteAncestor of [true, false]) {
    const outcome = toStateCookie(
      cookie({ partitionKey: { topLevelSite: "https://top.example", hasCrossSiteAncestor } }),
      NOW,
    );

    assert.ok("cookie" in outcome);
    assert.equal(outcome.cookie.partitionKey, "https://top.example");
    assert.equal(outcome.cookie._crHasCrossSiteAncestor, hasCrossSiteAncestor);
  }
});

Deno.test("toStateCookie() writes a session cookie as -1 and an unset SameSite as Lax", () => {
  const outcome = toStateCookie(cookie({ session: true, expires: -1 }), NOW);

  assert.ok("cookie" in outcome);
  assert.equal(outcome.cookie.expires, -1);
  assert.equal(outcome.cookie.sameSite, "Lax");
});

Deno.test("toStateCookie() rejects what would make the whole seeding fail, and says why", () => {
  const cases: readonly [Partial<BrowserCookie>, RegExp][] = [
    [{ expires: NOW / 1_000 - 1 }, /expired/],
    [{ expires: Number.NaN }, /expired/],
    [{ value: "x".repeat(4_097) }, /longer than 4096 bytes/],
    [{ value: "é".repeat(2_049) }, /longer than 4096 bytes/],
    [{ value: "a\0b" }, /character/],
    [{ name: "a=b" }, /character/],
    [{ name: "", value: "" }, /neither name nor value/],
    [{ domain: "" }, /no domain/],
    [{ path: "x" }, /path/],
    [{ sameSite: "None", secure: false }, /SameSite=None without Secure/],
    [{ name: "__Host-a", domain: ".example.com" }, /prefix/],
    [{ name: "__Secure-a", secure: false }, /prefix/],
    [{ partitionKeyOpaque: true }, /without an origin/],
    [
      {
        secure: false,
        partitionKey: { topLevelSite: "http://a.example", hasCrossSiteAncestor: true },
      },
      /partitioned without Secure/,
    ],
  ];
  for (const [over, reason] of cases) {
    const outcome = toStateCookie(cookie(over), NOW);

    assert.ok("rejected" in outcome, JSON.stringify(over));
    assert.match(outcome.rejected.reason, reason);
  }
});

Deno.test("toStateCookie() gives only cookies that a storage state may hold, and never a value in a rejection", () => {
  const text = fc.string({ unit: "binary", maxLength: 12 });
  fc.assert(fc.property(
    fc.record({
      name: text,
      value: fc.stringMatching(/^secret[ -~]{0,8}$/),
      domain: text,
      path: fc.oneof(text, fc.constant("/")),
      expires: fc.double(),
      session: fc.boolean(),
      secure: fc.boolean(),
      httpOnly: fc.boolean(),
      sameSite: fc.constantFrom("Strict", "Lax", "None"),
    }),
    (over) => {
      const outcome = toStateCookie(cookie(over as Partial<BrowserCookie>), NOW);

      if ("rejected" in outcome) {
        assert.ok(!JSON.stringify(outcome).includes("secret"));
      } else {
        parseStorageState(JSON.stringify({ cookies: [outcome.cookie], origins: [] }));
      }
    },
  ));
});
