/**
 * What looks like a login, what does not, and whose it is.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { StateCookie, StateOrigin } from "../storage_state.ts";
import { isLoginCookie, isLoginOrigin, loginsBySite } from "./login_signs.ts";

function cookie(name: string, httpOnly: boolean, domain = "example.com"): StateCookie {
  return {
    name,
    value: "v",
    domain,
    path: "/",
    expires: -1,
    httpOnly,
    secure: true,
    sameSite: "Lax",
  };
}

function origin(name: string, value: string, host = "example.com"): StateOrigin {
  return { origin: `https://${host}`, localStorage: [{ name, value }] };
}

Deno.test.each<[string, boolean, boolean]>([
  ["PHPSESSID", false, true],
  ["sid", false, true],
  ["connect.sid", false, true],
  ["access_token", false, true],
  ["remember_me", false, true],
  ["anything", true, true],
  ["theme", false, false],
  ["consider", false, false],
  ["_ga", true, false],
  ["__cf_bm", true, false],
  ["csrf_token", true, false],
  ["XSRF-TOKEN", false, false],
])("isLoginCookie() decides on %s with HttpOnly %s", (name, httpOnly, expected) => {
  assert.equal(isLoginCookie(cookie(name, httpOnly)), expected);
});

Deno.test.each<[string, string, boolean]>([
  ["authToken", "x", true],
  ["authToken", "", false],
  ["state", '{"t":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"}', true],
  ["theme", "dark", false],
  ["csrfToken", "x", false],
])("isLoginOrigin() decides on %s holding %s", (name, value, expected) => {
  assert.equal(isLoginOrigin(origin(name, value)), expected);
});

Deno.test("isLoginOrigin() knows databases by their name and by stores with records", () => {
  const store = { name: "tokens", autoIncrement: false, indexes: [] };
  const withStore = (records: { key: string }[]): StateOrigin => ({
    origin: "https://example.com",
    localStorage: [],
    indexedDB: [{ name: "app", version: 1, stores: [{ ...store, records }] }],
  });
  const firebase: StateOrigin = {
    origin: "https://example.com",
    localStorage: [],
    indexedDB: [{ name: "firebaseLocalStorageDb", version: 1, stores: [] }],
  };

  assert.deepEqual(
    [withStore([{ key: "a" }]), withStore([]), firebase].map(isLoginOrigin),
    [true, false, true],
  );
});

Deno.test("loginsBySite() adds up what belongs to one registrable domain", () => {
  const sites = loginsBySite({
    cookies: [
      cookie("sid", true, ".example.co.uk"),
      cookie("sid", true, "www.example.co.uk"),
      cookie("theme", false, "www.example.co.uk"),
      cookie("sid", true, "ada.github.io"),
      cookie("sid", true, "bob.github.io"),
      cookie("sid", true, "127.0.0.1"),
    ],
    origins: [origin("token", "t", "app.example.co.uk"), origin("theme", "dark", "example.org")],
  });

  assert.deepEqual([...sites].map(([site, one]) => [site, one.cookies, one.origins]), [
    ["example.co.uk", 2, 1],
    ["ada.github.io", 1, 0],
    ["bob.github.io", 1, 0],
    ["127.0.0.1", 1, 0],
  ]);
});
