import assert from "node:assert/strict";
import fc from "fast-check";
import type { PageFault } from "./page_faults.ts";
import { createPageHistory } from "./page_history.ts";

function fault(name: string): PageFault {
  return { name, mood: "bad", text: `${name} of /path`, publicText: name, sinceMs: 5 };
}

Deno.test("createPageHistory() tells of a fault once, and of its end", () => {
  let nowMs = 1_000;
  const history = createPageHistory(() => nowMs);

  history.observe([fault("a")]);
  history.observe([fault("a"), fault("b")]);
  nowMs = 2_000;
  history.observe([fault("b")]);

  assert.deepEqual(history.events().map(({ atMs, text }) => [atMs, text]), [
    [1_000, "The snapshot server started"],
    [5, "a of /path"],
    [5, "b of /path"],
    [2_000, "Over: a"],
  ]);
});

Deno.test("createPageHistory() tells refusals of ten minutes as one, which is nobody else's business", () => {
  let nowMs = 0;
  const history = createPageHistory(() => nowMs);
  for (const atMs of [0, 1_000, 599_000, 700_000]) {
    nowMs = atMs;
    history.noteRefusal();
  }

  const refusals = history.events().slice(1);
  assert.deepEqual(refusals.map(({ atMs, text, publicText }) => [atMs, text, publicText]), [
    [599_000, "3 requests were refused: they showed no valid token", undefined],
    [700_000, "A request was refused: it showed no valid token", undefined],
  ]);
});

Deno.test("createPageHistory() keeps what is bounded, whatever comes and goes", () => {
  const any = fc.oneof(
    fc.constant(undefined),
    fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { maxLength: 4 }),
  );
  fc.assert(fc.property(fc.array(any, { maxLength: 300 }), (steps) => {
    let nowMs = 0;
    const history = createPageHistory(() => nowMs);
    for (const names of steps) {
      nowMs += 400_000;
      if (names === undefined) history.noteRefusal();
      else history.observe(names.map(fault));
      assert.ok(history.events().length <= 50);
    }
    const last = steps.findLast((names) => names !== undefined) ?? [];
    history.observe(last.map(fault));
    const count = history.events().length;
    history.observe(last.map(fault));
    assert.equal(history.events().length, count, "the same once more is no news");
  }));
});
