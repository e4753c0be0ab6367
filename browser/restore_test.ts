import assert from "node:assert/strict";
import { shouldRestore } from "./restore.ts";

Deno.test("shouldRestore() restores at the first starts and after rare ones", () => {
  const hourMs = 3_600_000;

  assert.ok(shouldRestore([], 0));
  assert.ok(shouldRestore([0, 1_000], 2_000));
  assert.ok(shouldRestore([0, hourMs, 2 * hourMs, 3 * hourMs], 4 * hourMs));
});

Deno.test("shouldRestore() gives the tabs up at the fourth start within five minutes", () => {
  assert.equal(shouldRestore([0, 1_000, 2_000], 3_000), false);
  assert.equal(shouldRestore([0, 0, 0, 0, 0], 300_000), false);
  assert.equal(shouldRestore([0, 0, 0, 0, 0], 300_001), true);
});
