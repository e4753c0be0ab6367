/**
 * What the documentation shows of an output is what the code prints.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Status, statusText as updaterText } from "../../autoupdate/status.ts";
import { doctorText } from "../../local/doctor/report.ts";
import type { CheckResult } from "../../local/doctor/finding.ts";
import { statusText } from "../../local/status/status_text.ts";
import { generationText } from "../../snapshot/generation_report.ts";
import { codeBlocks } from "./markdown.ts";
import { ROOT } from "./repository.ts";

/** The sample on a page whose first line holds this. */
function sample(page: string, first: string): string {
  const blocks = codeBlocks(Deno.readTextFileSync(`${ROOT}${page}`));
  const found = blocks.find(({ text }) => text.split("\n").some((line) => line.includes(first)));
  assert.ok(found !== undefined, `${page} shows no ${first}`);
  return found.text;
}

const FIND_OUT = "docs/how-to/find-out-what-is-wrong.md";

Deno.test("the sample of hearth status is what it prints", () => {
  const part = (name: string, port: number) => (
    { part: name, port, state: "ready", says: "", up_seconds: 3 * 86_400 } as const
  );
  const site = { expiringWithin24Hours: 0, isLostOnRestart: false };
  const text = statusText({
    server: null,
    server_error: null,
    parts: [
      part("browser", 9225),
      part("bridge", 9224),
      part("harvester", 9226),
      part("snapshot_server", 8089),
    ],
    published: { generation: 41, age_seconds: 90, cookies: 212, origins: 18, refused: null },
    copies: [{ user: "this pipeline", age_seconds: 90, follower: null }],
    sites: [
      {
        ...site,
        site: "example.org",
        login: ["persistent_cookie"],
        earliestExpiryAt: "2026-03-01T15:00:00.000Z",
        expiringWithin24Hours: 1,
      },
      { ...site, site: "example.com", login: ["session_cookie"], isLostOnRestart: true },
    ],
    sites_error: null,
  }, Date.parse("2026-03-01T12:00:00Z"));

  assert.equal(sample(FIND_OUT, "snapshot_server"), text);
});

Deno.test("the sample of hearth doctor is what it prints", () => {
  const fine = (check: string, text: string, result: "ok" | "skipped" = "ok"): CheckResult => (
    { check, result, text, findings: [] }
  );
  const wrong = (check: string, text: string, fix: string): CheckResult => (
    { check, result: "wrong", text: "", findings: [{ text, fix, about: [] }] }
  );
  const held = "playwright-mcp@ada.service";
  const text = doctorText([
    fine("programs", "Deno, Chromium and Node are new enough"),
    fine("disks", "there is room on every file system that is written to"),
    fine(
      "wiring",
      "root has no browser; agents of the users are compared with the roster",
      "skipped",
    ),
    wrong(
      "secrets",
      '"/etc/t3-serve/tokens/grace" has mode 0644, must be 0600 or less',
      "chmod 0600 /etc/t3-serve/tokens/grace",
    ),
    wrong(
      "ports",
      `Port 8931 is held by "nc" (pid 812), must be free for ${held}`,
      `kill 812 && systemctl reset-failed ${held}; systemctl restart ${held}`,
    ),
  ]);

  assert.equal(sample(FIND_OUT, "WRONG"), text);
});

Deno.test("the sample of harvester --list is what it prints", () => {
  const entry = (number: number, at: string, cookies: number, sizeBytes: number) => ({
    ...{ number, writtenAt: `2026-05-01T${at}.000Z`, sha256: "0".repeat(64), sizeBytes, cookies },
    ...{ browser: { product: "Chrome/156.0.8078.79", id: "x" }, origins: 31 },
    keptSessionCookies: [],
    isCurrent: number === 42,
  });
  const text = generationText({
    generations: [entry(42, "12:00:03", 212, 184_220), entry(41, "11:58:40", 214, 184_901)],
    lastRefusal: null,
  });

  const lines = sample("docs/how-to/restore-a-snapshot.md", "--list").split("\n");
  assert.equal(lines.filter((line) => /^\d/.test(line)).join("\n"), text.trimEnd());
});

Deno.test("the sample of hearth-autoupdate status is what it prints", () => {
  const user = (name: string, version: string) => (
    { user: name, version, isRunning: true, isNew: false, step: undefined, waiting: undefined }
  );
  const [last, next] = ["0.1.10-nightly.20261116.4801", "0.1.11-nightly.20261117.4825"] as const;
  const why = "edsger: it cannot be paired with: ...";
  const status: Status = {
    ...{ lastGood: last, lastGoodSince: "2026-11-17T04:21:09.000Z", offered: next },
    ...{ behindDays: 0.2, update: undefined, pinned: undefined, pending: undefined },
    frozen: undefined,
    lastRun: { at: "2026-11-18T04:17:44.000Z", result: "refused", why: `${next}: ${why}` },
    skipped: { [next]: `gate: ${why}` },
    earlier: [],
    users: [
      user("ada", last),
      user("edsger", last),
      {
        ...user("grace", "0.1.9-nightly.20261112.4702"),
        waiting: { since: "2026-11-17T04:20:11.000Z", why: "1 running in state.sqlite" },
      },
    ],
    alarms: [],
  };

  const shown = sample("docs/how-to/update-t3.md", "last good").replace(/^\$ .*\n/, "");
  assert.equal(shown, updaterText(status));
});
