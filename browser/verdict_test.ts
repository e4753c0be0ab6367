import assert from "node:assert/strict";
import fc from "fast-check";
import type { ProbeOutcome } from "./probe.ts";
import { initialVerdict, judge } from "./verdict.ts";

const OK: ProbeOutcome = { kind: "ok" };
const MISS: ProbeOutcome = { kind: "miss", cause: "gpu", reason: "late" };

/** The actions after each of a run of probes. */
function actions(outcomes: readonly ProbeOutcome[], missesAllowed: number): readonly string[] {
  let verdict = initialVerdict(missesAllowed);
  return outcomes.map((outcome) => {
    const { after, action } = judge(verdict, outcome, missesAllowed);
    verdict = after;
    return action;
  });
}

Deno.test("judge() restarts after that many misses in a row, then ever more patiently", () => {
  const run = actions(Array.from({ length: 13 }, () => MISS), 3);

  const restarts = run.flatMap((action, index) => action === "restart" ? [index + 1] : []);
  assert.deepEqual(restarts, [3, 6, 12]);
});

Deno.test("judge() starts counting again after an answer", () => {
  assert.deepEqual(actions([MISS, MISS, OK, MISS, MISS, MISS], 3), [
    ...["none", "none", "none"],
    ...["none", "none", "restart"],
  ]);
});

Deno.test("judge() says once that a wedge is over", () => {
  assert.deepEqual(actions([MISS, OK, OK], 1), ["restart", "recovered", "none"]);
});

Deno.test("judge() is wedged exactly while the last misses in a row are enough", () => {
  fc.assert(fc.property(
    fc.array(fc.constantFrom(OK, MISS)),
    fc.integer({ min: 1, max: 5 }),
    (outcomes, missesAllowed) => {
      let verdict = initialVerdict(missesAllowed);
      for (const outcome of outcomes) verdict = judge(verdict, outcome, missesAllowed).after;
      const trailing = outcomes.length - 1 - outcomes.lastIndexOf(OK);
      assert.equal(verdict.misses, trailing);
      assert.equal(verdict.isWedged, trailing >= missesAllowed);
      assert.ok(verdict.restartAt > verdict.misses);
    },
  ));
});
