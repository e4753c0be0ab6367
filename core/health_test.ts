/**
 * @module
 */
import assert from "node:assert/strict";
import { createHealth } from "./health.ts";

Deno.test("createHealth() is ready when nothing or only a warning is raised", () => {
  const health = createHealth();

  const before = health.isReady();
  health.raise("snapshot_stale", "warning", "The snapshot is 2 hours old");

  assert.deepEqual([before, health.isReady()], [true, true]);
});

Deno.test("raise() makes it not ready when the state is an error, until it is cleared", () => {
  const health = createHealth();

  health.raise("snapshot_invalid", "error", "The snapshot is torn");
  const during = health.isReady();
  health.clear("snapshot_invalid");

  assert.deepEqual([during, health.isReady(), health.states()], [false, true, []]);
});

Deno.test("raise() keeps the start and takes the rest when the state is known", () => {
  let nowMs = 100;
  const health = createHealth(() => nowMs);

  health.raise("display", "warning", "slow");
  nowMs = 200;
  health.raise("display", "error", "gone");

  assert.deepEqual(health.states(), [
    { name: "display", severity: "error", text: "gone", sinceMs: 100 },
  ]);
});

Deno.test("states() lists errors first and the oldest of each first", () => {
  let nowMs = 0;
  const health = createHealth(() => ++nowMs);

  health.raise("w1", "warning", "");
  health.raise("e1", "error", "");
  health.raise("w2", "warning", "");
  health.raise("e2", "error", "");

  assert.deepEqual(health.states().map(({ name }) => name), ["e1", "e2", "w1", "w2"]);
});

Deno.test("clear() does nothing when the name is unknown", () => {
  const health = createHealth();

  health.clear("never_raised");

  assert.ok(health.isReady());
});
