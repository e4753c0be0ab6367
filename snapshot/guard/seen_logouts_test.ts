/**
 * What counts as a logout that was seen.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { StateCookie } from "../storage_state.ts";
import { createSeenLogouts } from "./seen_logouts.ts";

const NOW_MS = 1_700_000_000_000;

function jar(count: number, expires = -1): { cookies: StateCookie[]; origins: [] } {
  const cookies = Array.from({ length: count }, (_, n): StateCookie => ({
    name: "session",
    value: "v",
    domain: `www.site-${n}.example`,
    path: "/",
    expires,
    httpOnly: true,
    secure: true,
    sameSite: "Lax",
  }));
  return { cookies, origins: [] };
}

Deno.test("createSeenLogouts() sees nothing when it looks for the first time", () => {
  const seen = createSeenLogouts({ isNewRun: false });

  seen.observe(jar(0), NOW_MS);

  assert.deepEqual([...seen.sites()], []);
});

Deno.test("createSeenLogouts() sees a logout when few sites lose their login", () => {
  const seen = createSeenLogouts({ isNewRun: false });

  seen.observe(jar(9), NOW_MS);
  seen.observe(jar(7), NOW_MS);

  assert.deepEqual([...seen.sites()], ["site-7.example", "site-8.example"]);
});

Deno.test("createSeenLogouts() forgets a logout when the site is logged in to again", () => {
  const seen = createSeenLogouts({ isNewRun: false });

  seen.observe(jar(2), NOW_MS);
  seen.observe(jar(1), NOW_MS);
  seen.observe(jar(2), NOW_MS);

  assert.deepEqual([...seen.sites()], []);
});

Deno.test("createSeenLogouts() sees only open sites when many lose their login at once", () => {
  const seen = createSeenLogouts({ isNewRun: false });
  seen.opened(["https://site-1.example"], NOW_MS - 61_000);
  seen.opened(["https://app.site-3.example", "https://site-4.example"], NOW_MS - 60_000);

  seen.observe(jar(9), NOW_MS);
  seen.observe(jar(0), NOW_MS);

  assert.deepEqual([...seen.sites()], ["site-3.example", "site-4.example"]);
});

Deno.test("createSeenLogouts() sees no logout when cookies have expired", () => {
  const seen = createSeenLogouts({ isNewRun: false });

  seen.observe(jar(2, NOW_MS / 1_000 + 10), NOW_MS);
  seen.observe(jar(0), NOW_MS + 10_000);

  assert.deepEqual([...seen.sites()], []);
});

Deno.test("createSeenLogouts() tells when a site is open for the first time", () => {
  const seen = createSeenLogouts({ isNewRun: false });

  const answers = [
    ["https://www.a.test"],
    ["https://a.test"],
    ["https://a.test", "https://b.test"],
  ].map((open) => seen.opened(open, NOW_MS));

  assert.deepEqual(answers, [true, false, true]);
  assert.deepEqual([...seen.visited()], ["a.test", "b.test"]);
});

Deno.test("createSeenLogouts() takes tabs that a new run begins with for restored ones", () => {
  const seen = createSeenLogouts({ isNewRun: true });

  const answers = [
    ["https://a.test", "https://b.test"],
    ["https://a.test", "https://c.test"],
    ["https://a.test", "https://b.test"],
  ].map((open) => seen.opened(open, NOW_MS));

  assert.deepEqual(answers, [false, true, true]);
  assert.deepEqual([...seen.visited()], ["c.test", "b.test"]);
});
