import assert from "node:assert/strict";
import fc from "fast-check";
import { WHOLE_GRANT } from "../access/grant.ts";
import { pageFacts, type PageFactsInput } from "./page_facts.ts";
import type { PartFacts } from "./part_watch.ts";
import { spanText, timeText } from "./span_text.js";
import { verdictOf } from "./verdict.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = 1_000 * HOUR_MS;

const GENERATION = {
  number: 7,
  writtenAt: new Date(NOW_MS - HOUR_MS).toISOString(),
  ...{ sha256: "0".repeat(64), sizeBytes: 1, cookies: 1, origins: 0, keptSessionCookies: [] },
  browser: { product: "Chrome/156.0.1.2", id: "run-1" },
};

const GOOD: PageFactsInput = {
  ...{ nowMs: NOW_MS, startMs: NOW_MS - HOUR_MS },
  viewer: { name: "ada", grant: WHOLE_GRANT },
  snapshot: { modifiedMs: NOW_MS - HOUR_MS },
  ...{ rows: [], expiries: new Map(), states: [], history: [] },
  manifest: { version: 1, generations: [GENERATION], lastRefusal: null },
  readers: [{ name: "grace", grant: WHOLE_GRANT }],
  pulls: new Map([["grace", NOW_MS - 5_000]]),
  parts: [
    part("browser", { startedMs: NOW_MS - 9_000 }),
    part("harvester", { currentMs: NOW_MS - 3_000 }),
  ],
};

function part(name: PartFacts["name"], more: Partial<PartFacts>): PartFacts {
  return { name, state: "ready", says: "", sinceMs: NOW_MS - 60_000, ...more };
}

/** The stages of an input, as somebody who looks at moods and ages alone. */
function drawn(input: PageFactsInput): readonly string[] {
  return pageFacts(input).stages.map(({ name, mood, text, atMs }) =>
    `${name} ${mood}: ${text}${atMs === undefined ? "" : ` ${(NOW_MS - atMs) / 1_000} s`}`
  );
}

Deno.test("pageFacts() draws each stage with its own age when all is well", () => {
  assert.deepEqual(drawn(GOOD), [
    "browser good: Chrome/156, started 9 s",
    "harvest good: the browser was looked at 3 s",
    "publish good: generation 7, written 3600 s",
    "serve good: up, started 3600 s",
    "pulls good: 1 of 1 readers, the last one 5 s",
  ]);
  assert.deepEqual(verdictOf(pageFacts(GOOD)), { mood: "good", text: "Everything works" });
});

Deno.test("pageFacts() calls nothing well that it does not know or that is not", () => {
  const unknown = drawn({ ...GOOD, parts: [], manifest: undefined, snapshot: undefined });
  assert.deepEqual(unknown.slice(0, 3), [
    "browser unknown: not known to this server",
    "harvest unknown: no record of one",
    "publish bad: no snapshot yet",
  ]);
  const parts = [part("browser", { state: "absent" }), part("harvester", { state: "not_ready" })];
  assert.deepEqual(drawn({ ...GOOD, parts }).slice(0, 2), [
    "browser bad: does not answer, since 60 s",
    "harvest bad: not ready, since 60 s",
  ]);
  const both = verdictOf(pageFacts({ ...GOOD, parts }));
  assert.deepEqual(both, { mood: "bad", text: "2 things are wrong" });
});

Deno.test("pageFacts() puts a reader first who has not asked for longer than the alert waits", () => {
  const late = {
    ...GOOD,
    startMs: NOW_MS - 3 * HOUR_MS,
    readers: ["grace", "edsger"].map((name) => ({ name, grant: WHOLE_GRANT })),
  };

  const facts = pageFacts(late);

  assert.deepEqual(facts.pulls.map(({ name, isLate }) => [name, isLate]), [
    ["edsger", true],
    ["grace", false],
  ]);
  assert.equal(drawn(late).at(-1), "pulls warning: 1 of 2 readers, 1 late, the last one 5 s");
  assert.deepEqual(verdictOf(facts), { mood: "warning", text: "Works: 1 reader late" });
});

Deno.test("pageFacts() tells who may not know everything what is public and no more", () => {
  const facts = pageFacts({
    ...GOOD,
    viewer: { name: "grace", grant: { ...WHOLE_GRANT, sites: ["example.com"] } },
    parts: [part("browser", { state: "not_ready", says: "cannot open /secret" })],
    states: [{ name: "snapshot_stale", severity: "error", text: "/secret is old", sinceMs: 1 }],
    history: [
      { atMs: 1, mood: "bad", text: "/secret", publicText: "public" },
      { atMs: 2, mood: "warning", text: "12 requests of /secret" },
    ],
  });

  assert.doesNotMatch(JSON.stringify(facts), /secret/);
  assert.deepEqual(facts.faults.map(({ text }) => text), [
    "The browser is not ready",
    "The snapshot server: snapshot stale",
  ]);
  assert.deepEqual(facts.events.map(({ text }) => text), ["Generation 7 was published", "public"]);
});

Deno.test("spanText() never says more than was, and timeText() never counts below nothing", () => {
  const unit: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600, days: 86_400 };
  fc.assert(fc.property(fc.integer({ min: -1e12, max: 1e13 }), (spanMs) => {
    const [count, name = ""] = spanText(spanMs).split(" ");
    const seconds = Number(count) * (unit[name] ?? NaN);
    const least = Math.max(0, spanMs / 1_000);
    assert.ok(seconds <= least && least < seconds + (unit[name] ?? NaN), spanText(spanMs));
    assert.equal(timeText("left", spanMs, 0) === "over", spanMs <= 0);
  }));
});
