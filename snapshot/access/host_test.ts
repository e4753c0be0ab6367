import assert from "node:assert/strict";
import { canonicalHost, isAtOrBelow, isListedSuffix, ownsNamesBelow, siteOf } from "./host.ts";

Deno.test("canonicalHost() gives the spelling a browser compares", () => {
  for (
    const [text, host] of [
      ["example.com", "example.com"],
      ["EXAMPLE.com", "example.com"],
      ["example.com.", "example.com."],
      ["münchen.example", "xn--mnchen-3ya.example"],
      ["a_b.example.com", "a_b.example.com"],
      ["127.1", "127.0.0.1"],
      ["0x7f.1", "127.0.0.1"],
      ["[0:0::1]", "[::1]"],
    ] as const
  ) assert.equal(canonicalHost(text), host);
});

Deno.test("canonicalHost() gives nothing when the text is more or less than a host", () => {
  for (
    const text of [
      "",
      ".",
      ".example.com",
      "a..b",
      "a/b",
      "a@b",
      "a#b",
      "a?b",
      "a\\b",
      "a%2fb",
      "a:80",
      "::1",
      "[::1",
      "[::1]:80",
      "a b",
      "a\tb",
      "1.2.3.4.5",
      "**",
      `${"a".repeat(300)}.com`,
    ]
  ) assert.equal(canonicalHost(text), undefined, text);
});

Deno.test("siteOf() knows private suffixes when somebody's pages stand below one", () => {
  assert.equal(siteOf("a.b.example.co.uk"), "example.co.uk");
  assert.equal(siteOf("x.a.github.io"), "a.github.io");
  assert.equal(siteOf("127.0.0.1"), "127.0.0.1");
  assert.equal(siteOf("localhost"), "localhost");
  assert.ok(isListedSuffix("github.io") && isListedSuffix("co.uk") && isListedSuffix("com"));
  assert.ok(!isListedSuffix("localhost") && !isListedSuffix("example.com"));
  assert.ok(ownsNamesBelow("example.com") && !ownsNamesBelow("localhost"));
  assert.ok(!ownsNamesBelow("127.0.0.1") && !ownsNamesBelow("[::1]"));
});

Deno.test("isAtOrBelow() goes by whole labels and never below an address", () => {
  assert.ok(isAtOrBelow("example.com", "example.com"));
  assert.ok(isAtOrBelow("a.example.com", "example.com"));
  assert.ok(!isAtOrBelow("evil-example.com", "example.com"));
  assert.ok(!isAtOrBelow("10.127.0.1", "127.0.1"));
  assert.ok(!isAtOrBelow("example.com", "a.example.com"));
});
