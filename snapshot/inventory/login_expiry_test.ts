/**
 * @module
 */
import assert from "node:assert/strict";
import type { StateCookie } from "../storage_state.ts";
import { loginExpiries } from "./login_expiry.ts";

function cookie(name: string, domain: string, expires: number): StateCookie {
  return {
    name,
    value: "v",
    domain,
    path: "/",
    expires,
    httpOnly: false,
    secure: true,
    sameSite: "Lax",
  };
}

Deno.test("loginExpiries() takes the last login cookie of a site and no other cookie", () => {
  const expiries = loginExpiries({
    cookies: [
      cookie("access_token", ".example.com", 100),
      cookie("session", "app.example.com", 900),
      cookie("_ga", ".example.com", 5_000),
      cookie("auth", "ends-with-the-browser.example", -1),
    ],
    origins: [],
  });

  assert.deepEqual([...expiries], [["example.com", 900_000]]);
});
