/**
 * @module
 */
import assert from "node:assert/strict";
import { testRoster } from "../tests/support/roster.ts";
import * as report from "./report.ts";

Deno.test("json() begins with the version of its shape", () => {
  assert.equal(report.json({ steps: [] }), '{\n  "version": 1,\n  "steps": []\n}\n');
});

Deno.test("validation() counts users, errors and warnings", () => {
  const text = report.validation("r.yaml", testRoster("ada"), [
    { severity: "error", code: "tier-conflict", user: "ada", message: "users.ada.tier is wrong" },
    { severity: "warning", code: "user-absent", user: "ada", message: "users.ada is unknown" },
  ]);

  assert.equal(
    text,
    "error: users.ada.tier is wrong\nwarning: users.ada is unknown\n" +
      "r.yaml: 1 user, 1 error, 1 warning\n",
  );
});

Deno.test("offboarding() marks what cannot be undone", () => {
  const step = { os_user: "bob", what: "do it" };
  const text = report.offboarding([
    { ...step, kind: "lock_login", is_reversible: true },
    { ...step, kind: "userdel_archive", is_reversible: false },
  ]);

  assert.equal(
    text,
    "bob\n  lock_login            do it\n  userdel_archive       do it (cannot be undone)\n",
  );
  assert.equal(report.offboarding([]), "Nobody left.\n");
});

Deno.test("membership() says whether anything was written", () => {
  const plan = { add: [], remove: ["bob"], protected: ["ada"], conflicts: [], failures: ["No"] };

  const planned = report.membership({ ...plan, is_applied: false });
  const applied = report.membership({ ...plan, is_applied: true });
  const idle = report.membership({ ...plan, remove: [], is_applied: true });

  assert.match(planned, /^comment out {2}bob\nkeep +ada, .*\nfailed +No\nNothing written; /);
  assert.match(applied, /\nWritten\.\n$/);
  assert.match(idle, /\nNothing to change\.\n$/);
});

Deno.test("ports() lists changes by file", () => {
  const text = report.ports([
    { path: "p.json", changes: [{ os_user: "bob", port: 3774, change: "kept" }] },
    { path: "q.json", changes: [] },
  ]);

  assert.equal(
    text,
    "p.json\n  3774  kept for bob\nq.json\n  nothing to change, nothing kept\n",
  );
});
