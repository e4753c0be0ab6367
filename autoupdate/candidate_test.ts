/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { decideCandidate, type Decision, type Policy } from "./candidate.ts";
import type { Release } from "./source.ts";
import { emptyState, type State } from "./state.ts";
import { compareVersions, TRACKS } from "./version.ts";

const HOUR_MS = 3_600_000;
const nowMs = Date.parse("2026-11-18T04:00:00Z");
const current = "0.1.10-nightly.20261116.4801";
const newer = "0.1.11-nightly.20261117.4825";

function decide(
  release: Partial<Release> = {},
  policy: Partial<Policy> = {},
  state: Partial<State> = {},
): Decision {
  return decideCandidate(
    {
      version: newer,
      publishedMs: nowMs - 20 * HOUR_MS,
      integrity: "sha512-x",
      provenance: undefined,
      engines: "^22.16 || >=24.10",
      ...release,
    },
    { track: "nightly", pin: undefined, minAgeMs: 12 * HOUR_MS, ...policy },
    {
      state: { ...emptyState(), lastGood: { version: current, sinceMs: 0 }, ...state },
      nodeVersion: "v22.16.0",
      nowMs,
    },
  );
}

Deno.test("decideCandidate() goes for a newer build of the channel", () => {
  assert.equal(decide().kind, "go");
});

const rows: readonly (readonly [string, Decision["kind"], RegExp, () => Decision])[] = [
  ["the same version", "stay", /last good/, () => decide({ version: current })],
  ["a tag that went back", "stay", /went back/, () => decide({ version: "0.1.9" })],
  ["another channel", "refuse", /channel nightly/, () => decide({ version: "0.2.0-preview.1" })],
  [
    "a young build",
    "stay",
    /20.0 h old, must be 48.0/,
    () => decide({}, { minAgeMs: 48 * HOUR_MS }),
  ],
  ["a build without a time", "refuse", /no time/, () => decide({ publishedMs: undefined })],
  ["a build without integrity", "refuse", /integrity/, () => decide({ integrity: undefined })],
  ["another Node", "refuse", /needs Node/, () => decide({ engines: ">=24.10" })],
  ["a broken range", "refuse", /needs Node/, () => decide({ engines: "soon" })],
  ["no version", "refuse", /no version/, () => decide({ version: "../../etc" })],
  [
    "a build that failed",
    "stay",
    /failed before/,
    () => decide({}, {}, { skipped: { [newer]: { stage: "gate", why: "crashed", atMs: 1 } } }),
  ],
  ["an answer that is not the pin", "refuse", /for the pin/, () => decide({}, { pin: "0.1.9" })],
  [
    "a pin that failed",
    "refuse",
    /the pin .* failed before .*autoupdate retry/,
    () =>
      decide({}, { pin: newer }, {
        skipped: { [newer]: { stage: "gate", why: "crashed", atMs: 1 } },
      }),
  ],
  ["the 2013 package of the same name", "stay", /went back/, () => decide({ version: "0.0.1" })],
];

for (const [what, kind, why, run] of rows) {
  Deno.test(`decideCandidate() does not go for ${what}`, () => {
    const decision = run();

    assert.equal(decision.kind, kind);
    assert.match(decision.kind === "go" ? "" : decision.why, why);
  });
}

Deno.test("decideCandidate() goes back and ignores age for a pin only", () => {
  assert.equal(decide({ version: "0.1.9", publishedMs: undefined }, { pin: "0.1.9" }).kind, "go");
});

Deno.test("decideCandidate() takes any build of the channel on a box that has none", () => {
  const decision = decideCandidate(
    {
      version: "0.0.24",
      publishedMs: 0,
      integrity: "sha512-x",
      provenance: undefined,
      engines: undefined,
    },
    { track: "nightly", pin: undefined, minAgeMs: 0 },
    { state: emptyState(), nodeVersion: "v22.16.0", nowMs },
  );
  assert.equal(decision.kind, "go");
});

const anyVersion = fc.tuple(
  fc.nat(3),
  fc.nat(3),
  fc.nat(3),
  fc.constantFrom("", "-nightly.1.2", "-preview.1"),
)
  .map(([a, b, c, tail]) => `${a}.${b}.${c}${tail}`);

Deno.test("decideCandidate() never goes backward, to a failed build or to a young one unasked", () =>
  fc.assert(fc.property(
    anyVersion,
    anyVersion,
    fc.constantFrom(...TRACKS),
    fc.nat(100),
    fc.boolean(),
    (version, last, track, ageHours, hasFailed) => {
      const decision = decide(
        { version, publishedMs: nowMs - ageHours * HOUR_MS },
        { track },
        {
          lastGood: { version: last, sinceMs: 0 },
          skipped: hasFailed ? { [version]: { stage: "gate", why: "x", atMs: 0 } } : {},
        },
      );
      if (decision.kind !== "go") return;
      assert.ok(compareVersions(version, last) > 0 && ageHours >= 12 && !hasFailed);
    },
  )));
