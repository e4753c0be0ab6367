import assert from "node:assert/strict";
import fc from "fast-check";
import { parseUserCopies } from "./gather_copies.ts";
import { parsePublished } from "./gather_published.ts";
import { byExpiry, type PipelineStatus, type SiteStatus } from "./pipeline_status.ts";
import { ageText } from "./age_text.ts";
import { statusText } from "./status_text.ts";

const NOW_MS = Date.parse("2026-03-01T12:00:00Z");

function site(name: string, earliestExpiryAt?: string): SiteStatus {
  return {
    site: name,
    login: ["session_cookie"],
    ...(earliestExpiryAt === undefined ? {} : { earliestExpiryAt }),
    expiringWithin24Hours: 0,
    isLostOnRestart: false,
  };
}

const STATUS: PipelineStatus = {
  server: null,
  server_error: null,
  parts: [
    { part: "browser", port: 9225, state: "ready", says: "", up_seconds: 7_300 },
    {
      part: "bridge",
      port: 9224,
      state: "not_ready",
      says: "error wedged: no answer",
      up_seconds: null,
    },
    { part: "harvester", port: 9226, state: "absent", says: "", up_seconds: null },
  ],
  published: {
    ...{ generation: 41, age_seconds: 90, cookies: 7, origins: 2 },
    refused: { age_seconds: 600, text: "Refused: 9 of 10 sites would be gone" },
  },
  copies: [{ user: "ada", age_seconds: 95, follower: "active" }],
  sites: [
    { ...site("a.example", "2026-03-01T15:00:00.000Z"), isLostOnRestart: true },
    site("b\x1b[2J"),
  ],
  sites_error: null,
};

Deno.test("statusText() shows every part, refusal, copy and site when all are there", () => {
  assert.equal(
    statusText(STATUS, NOW_MS),
    `browser          ready, up 2 h
bridge           NOT READY: error wedged: no answer
harvester        does not run here (nobody answers on port 9226)
snapshot         generation 41, 90 s old, 7 cookies, 2 origins
REFUSED          10 min ago: Refused: 9 of 10 sites would be gone
copy             ada: copy 95 s old, follower active

site       until             in        login
a.example  2026-03-01 15:00  3 h       session cookie (not after a browser restart)
b?[2J      -                 -         session cookie
`,
  );
});

Deno.test("statusText() says why when the sites cannot be told", () => {
  const text = statusText({ ...STATUS, sites: [], sites_error: "Cannot ask" }, NOW_MS);

  assert.match(text, /\n\nCannot ask\n$/);
  assert.match(statusText({ ...STATUS, sites: [] }, NOW_MS), /\n\nNo site is logged in\.\n$/);
});

Deno.test("statusText() shows what a server elsewhere says instead of this machine's parts", () => {
  const at = (seconds: number) => new Date(NOW_MS - seconds * 1_000).toISOString();
  const server: PipelineStatus["server"] = {
    at: at(0),
    subject: "ada",
    verdict: { mood: "bad", text: "1 thing is wrong" },
    stages: [
      { name: "browser", mood: "bad", text: "does not answer, since", at: at(300) },
      { name: "harvest", mood: "unknown", text: "no record of one" },
    ],
    faults: [{ mood: "bad", text: "The browser does not answer", since: at(300) }],
    pulls: [{ name: "ada", isLate: true }, { name: "grace", at: at(7), isLate: false }],
  };

  assert.equal(
    statusText({ ...STATUS, server, parts: [], published: null, copies: [], sites: [] }, NOW_MS),
    `server           1 thing is wrong (as ada)
browser          TROUBLE: does not answer, since 5 min ago
harvest          not known: no record of one
TROUBLE          The browser does not answer (since 5 min ago)
pull             ada: not since the server started, LATE
pull             grace: 7 s ago

No site is logged in.
`,
  );
  const text = statusText({ ...STATUS, server_error: "Cannot ask it", parts: [] }, NOW_MS);
  assert.match(text, /^server +Cannot ask it\ncopy +ada/);
});

Deno.test("byExpiry() puts what ends first on top, whatever the order was", () => {
  const at = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true });
  const any = fc.record({ name: fc.domain(), end: fc.option(at, { nil: undefined }) })
    .map(({ name, end }) => site(name, end?.toISOString()));
  fc.assert(fc.property(fc.array(any), (sites) => {
    const ends = byExpiry(sites).map(({ earliestExpiryAt }) => earliestExpiryAt);
    const known = ends.filter((end) => end !== undefined);
    assert.deepEqual(ends.slice(0, known.length), known.toSorted());
    assert.equal(ends.length, sites.length);
  }));
});

Deno.test("parsePublished() gives the newest generation and the refusal when there are some", () => {
  const of = (number: number, writtenAt: string) => ({ number, writtenAt, cookies: 1, origins: 0 });
  const manifest = {
    generations: [of(1, "2026-03-01T10:00:00.000Z"), of(2, "2026-03-01T11:59:30.000Z")],
    lastRefusal: { since: "2026-03-01T11:59:00.000Z", text: "why" },
  };

  assert.deepEqual(parsePublished(JSON.stringify(manifest), NOW_MS), {
    ...{ generation: 2, age_seconds: 30, cookies: 1, origins: 0 },
    refused: { age_seconds: 60, text: "why" },
  });
});

Deno.test("parsers of a status never throw when a text is anything", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    parsePublished(text, NOW_MS);
    parseUserCopies(text);
  }));
});

Deno.test("ageText() names the largest unit that says something", () => {
  assert.deepEqual([0, 119, 120, 7_200, 172_800].map(ageText), [
    "0 s",
    "119 s",
    "2 min",
    "2 h",
    "2 d",
  ]);
});
