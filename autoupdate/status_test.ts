/**
 * @module
 */
import assert from "node:assert/strict";
import { metricsText } from "./metrics_text.ts";
import { exitCodeOf, rollbackExitCode } from "./report.ts";
import { emptyState, type State } from "./state.ts";
import { statusOf, statusText } from "./status.ts";

const DAY_MS = 86_400_000;
const nowMs = Date.parse("2026-11-18T08:00:00Z");
const state: State = {
  ...emptyState(),
  lastGood: { version: "0.1.0", sinceMs: nowMs - 10 * DAY_MS },
  offered: { version: "0.2.0", publishedMs: 0, seenMs: nowMs - 8 * DAY_MS },
  skipped: { "0.2.0": { stage: "gate", why: "ada: no WebSocket", atMs: nowMs } },
  waitingSince: { ada: { sinceMs: nowMs - 4 * DAY_MS, why: "1 running in state.sqlite" } },
  lastRun: { atMs: nowMs - DAY_MS / 6, result: "refused", why: "ada: no WebSocket" },
  inconclusive: 3,
};
const users = [
  { user: "ada", version: "0.0.9", isRunning: true },
  { user: "grace", version: "0.1.0", isRunning: false },
];
const freeze = { reason: "demo on Friday", atMs: nowMs - DAY_MS, version: undefined };
const deferMaxMs = 3 * DAY_MS;
const pin = undefined;

Deno.test("statusOf() raises an alarm for everything that is silent otherwise", () => {
  const { alarms, behindDays } = statusOf({ state, freeze, pin, users, deferMaxMs, nowMs });

  assert.equal(behindDays, 8);
  assert.deepEqual(alarms, [
    "grace has nothing running",
    "ada has waited 4.0 days: 1 running in state.sqlite",
    "0.2.0 has been offered for 8.0 days",
    "3 runs in a row told nothing",
  ]);
});

Deno.test("statusOf() raises none when all is well", () => {
  const well: State = { ...emptyState(), lastGood: { version: "0.1.0", sinceMs: 0 } };
  const status = statusOf({
    state: well,
    freeze: undefined,
    pin,
    users: [{ user: "ada", version: "0.1.0", isRunning: true }],
    deferMaxMs,
    nowMs,
  });
  assert.deepEqual(status.alarms, []);
});

Deno.test("statusText() tells what to do on a fresh box, and alarms nobody", () => {
  const fresh = { freeze: undefined, pin, deferMaxMs, nowMs };
  const nobody = [{ user: "ada", version: undefined, isRunning: false }];
  const text = statusText(statusOf({ ...fresh, state: emptyState(), users: nobody }));
  const held = { ...emptyState(), held: { ada: "0.1.0" } };

  assert.match(text, /^last good +none yet: .*systemctl start t3-autoupdate/m);
  assert.match(text, /^ada +none +new: /m);
  assert.doesNotMatch(text, /ALARM/);
  assert.equal(statusOf({ ...fresh, state: held, users: nobody }).alarms.length, 2);
});

Deno.test("statusText() tells a person who has what, and why nothing happens", () => {
  const text = statusText(statusOf({ state, freeze, pin, users, deferMaxMs, nowMs }));

  assert.match(text, /^last good +0\.1\.0 \(since 2026-11-08/m);
  assert.match(text, /^FROZEN +demo on Friday \(since 2026-11-17/m);
  assert.match(text, /^skipped +0\.2\.0 \(gate: ada: no WebSocket\)$/m);
  assert.match(
    text,
    /^ada +0\.0\.9 +running, waits since 2026-11-14.*: 1 running in state\.sqlite$/m,
  );
  assert.match(text, /^grace +0\.1\.0 +NOT RUNNING$/m);
  assert.match(text, /^ALARM +grace has nothing running$/m);
});

Deno.test("statusText() tells what is pinned, and that it will not come where it has failed", () => {
  const facts = { state, freeze: undefined, users, deferMaxMs, nowMs };
  const failed = statusText(statusOf({ ...facts, pin: "0.2.0" }));
  const well = statusText(statusOf({ ...facts, pin: "0.1.0" }));

  assert.match(failed, /^pinned +0\.2\.0$/m);
  assert.match(failed, /^ALARM +0\.2\.0 is pinned and has failed: .*autoupdate retry 0\.2\.0$/m);
  assert.match(well, /^pinned +0\.1\.0$/m);
  assert.doesNotMatch(well, /is pinned and has failed/);
});

Deno.test("metricsText() gives an alert everything it needs", async () => {
  const text = await metricsText({
    state,
    freeze,
    pointers: new Map([["ada", "0.0.9"]]),
    backups: new Map([["ada", nowMs]]),
    nowMs,
  });
  const lines = text.split("\n");
  for (
    const line of [
      "hearth_autoupdate_frozen 1",
      "hearth_autoupdate_inconclusive_runs 3",
      `hearth_autoupdate_behind_seconds ${8 * 86_400}`,
      `hearth_autoupdate_waiting_seconds{user="ada"} ${4 * 86_400}`,
      'hearth_autoupdate_last_run_result{result="refused"} 1',
      'hearth_autoupdate_last_run_result{result="committed"} 0',
      'hearth_autoupdate_user_version{user="ada",version="0.0.9"} 1',
      `hearth_autoupdate_backup_timestamp_seconds{user="ada"} ${nowMs / 1000}`,
    ]
  ) {
    assert.ok(lines.includes(line), `${line}\n${text}`);
  }
});

Deno.test("exitCodeOf() tells apart whom to wake", () => {
  assert.deepEqual(
    (["committed", "frozen", "inconclusive", "refused", "rolled-back", "stranded"] as const)
      .map(exitCodeOf),
    [0, 0, 3, 4, 5, 6],
  );
  assert.deepEqual([rollbackExitCode("rolled-back"), rollbackExitCode("stranded")], [0, 6]);
});
