import assert from "node:assert/strict";
import type { StateCookie, StorageState } from "../storage_state.ts";
import { createChangeLedger } from "./change_ledger.ts";
import { siteRows } from "./site_rows.ts";

const NOW_MS = Date.parse("2026-01-01T00:00:00Z");
const HOUR_S = 3_600;

function cookie(domain: string, name: string, more: Partial<StateCookie> = {}): StateCookie {
  return {
    name,
    value: "s3cret",
    domain,
    path: "/",
    expires: -1,
    httpOnly: false,
    secure: true,
    sameSite: "Lax",
    ...more,
  };
}

function inHours(hours: number): number {
  return NOW_MS / 1_000 + hours * HOUR_S;
}

const STATE: StorageState = {
  cookies: [
    cookie(".example.com", "sessionid", { httpOnly: true }),
    cookie("app.example.com", "_ga", { expires: inHours(23) }),
    cookie("a.github.io", "remember_me", { expires: inHours(100) }),
    cookie("a.github.io", "remember_two", { expires: inHours(1_000) }),
    cookie("a.github.io", "gone", { expires: inHours(-1) }),
    cookie("b.github.io", "theme", { partitionKey: "https://example.com" }),
    cookie("127.0.0.1", "sid"),
  ],
  origins: [
    { origin: "https://app.example.co.uk", localStorage: [{ name: "access_token", value: "x" }] },
    {
      origin: "https://jwt.example",
      localStorage: [{ name: "x", value: `eyJhbGciOiJI.eyJzdWIiOiIx.s3cret` }],
    },
    { origin: "https://plain.example", localStorage: [{ name: "theme", value: "dark" }] },
  ],
};

Deno.test("siteRows() gives one row per registrable domain when several hosts are there", () => {
  const rows = siteRows(STATE, { nowMs: NOW_MS });

  assert.deepEqual(rows.map(({ site, cookieCount, login }) => [site, cookieCount, login.join()]), [
    ["127.0.0.1", 1, "session_cookie"],
    ["a.github.io", 2, "persistent_cookie"],
    ["b.github.io", 1, ""],
    ["example.co.uk", 0, "token_in_storage"],
    ["example.com", 2, "session_cookie"],
    ["jwt.example", 0, "token_in_storage"],
    ["plain.example", 0, ""],
  ]);
  assert.deepEqual(rows[3]?.origins, ["https://app.example.co.uk"]);
  assert.equal(rows[2]?.partitionedCookieCount, 1);
});

Deno.test("siteRows() says what expires when, and what a restart takes", () => {
  const rows = siteRows(STATE, { nowMs: NOW_MS });
  const pages = rows.find(({ site }) => site === "a.github.io") ?? assert.fail();

  assert.equal(pages.earliestExpiryAt, new Date(inHours(100) * 1_000).toISOString());
  assert.equal(pages.latestExpiryAt, new Date(inHours(1_000) * 1_000).toISOString());
  assert.deepEqual([pages.expiringWithin24Hours, pages.expiringWithin7Days], [0, 1]);
  const soon = rows.find(({ site }) => site === "example.com") ?? assert.fail();
  assert.deepEqual([soon.expiringWithin24Hours, soon.expiringWithin7Days], [1, 1]);
  const lost = rows.filter(({ isLostOnRestart }) => isLostOnRestart).map(({ site }) => site);
  assert.deepEqual(lost, ["127.0.0.1", "b.github.io", "example.com"]);
});

Deno.test("siteRows() holds no value when everything is looked at", () => {
  const text = JSON.stringify(siteRows(STATE, { nowMs: NOW_MS }));

  for (const secret of ["s3cret", "eyJ", "dark", "sessionid"]) assert.ok(!text.includes(secret));
});

Deno.test("createChangeLedger() knows since when a part is what it is", () => {
  const ledger = createChangeLedger();
  const changed = STATE.cookies.map((one) =>
    one.name === "_ga" ? { ...one, value: "another" } : one
  );

  ledger.note(STATE, 1_000);
  ledger.note({ ...STATE, cookies: changed.toReversed() }, 2_000);

  const rows = siteRows(STATE, { nowMs: NOW_MS, changedMs: ledger.changedMs });
  const when = Object.fromEntries(
    rows.map((row) => [row.site, Date.parse(row.lastChangedAt ?? "")]),
  );
  assert.equal(when["example.com"], 2_000);
  assert.equal(when["a.github.io"], 1_000);
  // Who may not have the part that changed is not told of the change.
  const parent = STATE.cookies.filter(({ name }) => name === "sessionid");
  const scoped = siteRows({ cookies: parent, origins: [] }, {
    nowMs: NOW_MS,
    changedMs: ledger.changedMs,
  });
  assert.equal(Date.parse(scoped[0]?.lastChangedAt ?? ""), 1_000);
});
