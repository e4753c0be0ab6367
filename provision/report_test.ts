import assert from "node:assert/strict";
import type { Result } from "./drive.ts";
import { type Item, itemsOf, MACHINE } from "./item.ts";
import { applyExitCode, jsonReport, planExitCode, textReport } from "./report.ts";

const machine = itemsOf(MACHINE);
const ada = itemsOf("ada");
const ACTION = { kind: "reload_units" } as const;
const RUN: readonly (readonly [Item, Result])[] = [
  [machine.ok("file /etc/ttyd-admins"), { kind: "ok" }],
  [
    ada.change("account", { cause: "missing", summary: "create account ada", action: ACTION }),
    { kind: "changed" },
  ],
  [
    ada.change("file /x", {
      cause: "drift",
      summary: "put back /x",
      diff: ["- b"],
      action: ACTION,
    }),
    { kind: "failed", error: "the disk is full" },
  ],
  [
    ada.change("claude", {
      cause: "missing",
      summary: "install claude",
      action: ACTION,
      retry: "curl x | bash",
    }),
    { kind: "warning", error: "x cannot be had" },
  ],
  [ada.error("port 8931", "port 8931 is held by bob", "kill 7"), { kind: "error" }],
  [ada.skipped("unit x", "port 8931 is not free for it"), { kind: "skipped" }],
];

Deno.test("textReport() lists what matters below its scope and counts the rest", () => {
  let text = "";
  const report = textReport({ print: (part) => text += part, isVerbose: false });
  for (const [item, result] of RUN) report.report(item, result);

  const counts = report.end(true);

  assert.equal(
    text,
    `ada
  changed create account ada
  FAILED  put back /x  (somebody changed it)
          the disk is full
            - b
  warning install claude
          x cannot be had
          the next run tries again, or now: curl x | bash
  ERROR   port 8931 is held by bob
          mend it: kill 7
  skipped unit x: port 8931 is not free for it
1 changed, 1 failed, 1 in the way, 1 skipped, 1 warning, 1 right
`,
  );
  assert.equal(applyExitCode(counts, true), 1);
});

Deno.test("textReport() prints nothing of a user's that acts on a terminal", () => {
  let text = "";
  const report = textReport({ print: (part) => text += part, isVerbose: true });
  const act = "\x1b[2J\x9b\u202e\nchanged everything";

  report.report(ada.ok(act), { kind: "ok" });
  report.report(ada.error("file /x", `/x is a link to ${act}`, act), { kind: "error" });
  const change = {
    cause: "missing",
    summary: act,
    diff: [act],
    action: ACTION,
    retry: act,
  } as const;
  report.report(ada.change(act, change), { kind: "failed", error: act });
  report.report(ada.skipped(act, act), { kind: "skipped" });

  // deno-lint-ignore no-control-regex -- they are what must be gone
  assert.doesNotMatch(text, /[\x1b\x9b\u202e]/);
  const lines = text.trimEnd().split("\n");
  assert.deepEqual(lines.filter((line) => /^ *changed everything/.test(line)), []);
  assert.equal(lines.length, 9);
});

Deno.test("jsonReport() prints one event a line, with the version in each", () => {
  let text = "";
  const report = jsonReport({ print: (part) => text += part, isVerbose: false }, {
    command: "apply",
    run: "r1",
  });
  for (const [item, result] of RUN) report.report(item, result);
  report.end(false);

  const events = text.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(events.map(({ type }) => type), ["start", ...RUN.map(() => "item"), "end"]);
  assert.ok(events.every(({ version }) => version === 1));
  assert.equal(events[1].resource, "file /etc/ttyd-admins");
  assert.equal(events[3].error, "the disk is full");
  assert.equal(events[3].fix, undefined);
  assert.deepEqual([events[4].result, events[4].error, events[4].fix], [
    "warning",
    "x cannot be had",
    "curl x | bash",
  ]);
  assert.equal(events.at(-1).is_whole, false);
});

Deno.test("planExitCode() and applyExitCode() follow the contract", () => {
  const none = { ok: 3, pending: 0, changed: 0, failed: 0, skipped: 1, warning: 1, error: 0 };

  assert.equal(planExitCode(none), 0);
  assert.equal(planExitCode({ ...none, pending: 1 }), 2);
  assert.equal(planExitCode({ ...none, pending: 1, error: 1 }), 1);
  assert.equal(applyExitCode({ ...none, changed: 2 }, true), 0);
  assert.equal(applyExitCode(none, false), 1);
  assert.equal(applyExitCode({ ...none, failed: 1 }, true), 1);
});
