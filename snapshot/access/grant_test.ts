import assert from "node:assert/strict";
import {
  coversAllBelow,
  coversHost,
  type Grant,
  grantKey,
  isWhole,
  mayHaveCookie,
  mayHaveOrigin,
  WHOLE_GRANT,
} from "./grant.ts";

function grantOf(sites: readonly string[] | "*", deny: readonly string[] = []): Grant {
  return { sites, deny, hasNoSessionCookies: false };
}

function cookie(domain: string, partitionKey?: string) {
  return { domain, expires: 2e9, ...(partitionKey === undefined ? {} : { partitionKey }) };
}

Deno.test("coversHost() takes an entry for its name and all below it, and never for a look-alike", () => {
  const grant = grantOf(["github.com", "a.github.io", "10.0.0.1", "[::1]", "localhost"]);

  for (
    const host of ["github.com", "gist.github.com", "a.b.github.com", "a.github.io", "10.0.0.1"]
  ) {
    assert.ok(coversHost(grant, host), host);
  }
  for (
    const host of [
      "evil-github.com",
      "github.com.evil.org",
      "github.co",
      "hub.com",
      "com",
      "github.com.",
      "b.github.io",
      "github.io",
      "10.0.0.10",
      "110.0.0.1",
      "x.localhost",
      "[::2]",
      "",
    ]
  ) assert.ok(!coversHost(grant, host), host);
});

Deno.test("coversAllBelow() is false when something below is denied or the entry stands for itself only", () => {
  assert.ok(coversAllBelow(grantOf(["example.com"]), "example.com"));
  assert.ok(coversAllBelow(grantOf(["example.com"], ["admin.example.com"]), "app.example.com"));
  assert.ok(!coversAllBelow(grantOf(["example.com"], ["admin.example.com"]), "example.com"));
  assert.ok(!coversAllBelow(grantOf("*", ["admin.example.com"]), "example.com"));
  assert.ok(!coversAllBelow(grantOf(["a.example.com"]), "example.com"));
  assert.ok(!coversAllBelow(grantOf(["localhost"]), "localhost"));
});

const COOKIES: readonly (readonly [Grant, string, string | undefined, boolean, string])[] = [
  [grantOf(["example.com"]), ".example.com", undefined, true, "the site's own domain cookie"],
  [grantOf(["example.com"]), "a.example.com", undefined, true, "a host-only cookie below"],
  [grantOf(["example.com"]), ".EXAMPLE.com", undefined, true, "another case"],
  [grantOf(["example.com"]), "..example.com", undefined, false, "an empty label"],
  [grantOf(["example.com"]), "evil.org/.example.com", undefined, false, "a path"],
  [grantOf(["example.com"]), "evil.org#.example.com", undefined, false, "a fragment"],
  [grantOf(["example.com"]), "x@example.com", undefined, false, "a user"],
  [grantOf(["example.com"]), "example.com:80", undefined, false, "a port"],
  [grantOf(["example.com"]), "example.com.", undefined, false, "a dot at the end"],
  [grantOf(["a.example.com"]), "a.example.com", undefined, true, "a granted host's own"],
  [grantOf(["a.example.com"]), ".a.example.com", undefined, true, "a granted host's domain cookie"],
  [grantOf(["a.example.com"]), ".example.com", undefined, false, "the parent's domain cookie"],
  [grantOf(["a.example.com"]), "b.example.com", undefined, false, "a sibling's"],
  [grantOf(["example.com"], ["b.example.com"]), ".example.com", undefined, false, "reaches denied"],
  [grantOf(["example.com"], ["b.example.com"]), "example.com", undefined, true, "host-only"],
  [grantOf(["a.github.io"]), ".github.io", undefined, false, "a public suffix's"],
  [grantOf(["xn--mnchen-3ya.example"]), "münchen.example", undefined, true, "IDN"],
  [grantOf(["10.0.0.1"]), "10.0.0.1", undefined, true, "an address"],
  [grantOf(["10.0.0.1"]), "167772161", undefined, true, "the same address in another spelling"],
  [grantOf(["[::1]"]), "[0:0::1]", undefined, true, "an IPv6 address"],
  [grantOf(["example.com"]), "example.com", "https://example.com", true, "its own partition"],
  [grantOf(["example.com"]), "example.com", "https://other.org", false, "a foreign partition"],
  [grantOf(["other.org"]), "example.com", "https://other.org", false, "a foreign cookie"],
  [grantOf(["example.com", "other.org"]), "example.com", "https://other.org", true, "both"],
  [grantOf(["a.example.com"]), "a.example.com", "https://example.com", false, "the parent's site"],
  [grantOf(["localhost"]), "localhost", "http://localhost", true, "a single word's partition"],
  [grantOf(["example.com"]), "example.com", "null", false, "an opaque partition"],
  [grantOf("*", ["bank.example"]), ".example.org", undefined, true, "all but one"],
  [grantOf("*", ["bank.example"]), "bank.example", undefined, false, "the one"],
  [grantOf("*", ["bank.example"]), "a.org", "https://bank.example", false, "the one's partition"],
  [grantOf("*", ["bank.example"]), "%", undefined, false, "what is no host"],
];

for (const [grant, domain, partitionKey, isGiven, what] of COOKIES) {
  const sites = JSON.stringify([grant.sites, grant.deny]);
  Deno.test(`mayHaveCookie() is ${isGiven} for ${domain} in ${sites}: ${what}`, () => {
    assert.equal(mayHaveCookie(grant, cookie(domain, partitionKey)), isGiven);
  });
}

Deno.test("mayHaveCookie() withholds session cookies when the grant has none", () => {
  const grant: Grant = { ...grantOf(["example.com"]), hasNoSessionCookies: true };

  assert.equal(mayHaveCookie(grant, { domain: "example.com", expires: -1 }), false);
  assert.equal(mayHaveCookie(grant, { domain: "example.com", expires: 2e9 }), true);
});

Deno.test("mayHaveOrigin() goes by host, whatever scheme and port, when it is an origin", () => {
  const grant = grantOf(["example.com"]);

  for (
    const origin of ["https://example.com", "http://example.com:8080", "https://a.example.com"]
  ) {
    assert.ok(mayHaveOrigin(grant, origin), origin);
  }
  for (
    const origin of [
      "https://evil-example.com",
      "https://example.com.evil.org",
      "https://example.com.",
      "https://example.com@evil.org",
      "https://user@example.com",
      "ftp://example.com",
      "example.com",
      "null",
      "",
    ]
  ) assert.ok(!mayHaveOrigin(grant, origin), origin);
});

Deno.test("grantKey() is equal exactly when the grants give the same", () => {
  const one = grantOf(["a.example", "b.example"], ["c.a.example"]);

  assert.equal(grantKey(one), grantKey(grantOf(["b.example", "a.example"], ["c.a.example"])));
  assert.notEqual(grantKey(one), grantKey(grantOf(["a.example"], ["c.a.example"])));
  assert.notEqual(grantKey(one), grantKey({ ...one, hasNoSessionCookies: true }));
  assert.notEqual(grantKey(grantOf("*")), grantKey(grantOf(["*"])));
  assert.ok(isWhole(WHOLE_GRANT) && !isWhole(one) && !isWhole(grantOf("*", ["a.example"])));
});
