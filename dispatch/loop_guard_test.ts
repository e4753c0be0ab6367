import assert from "node:assert/strict";
import { createFakeClock } from "../tests/support/fake_clock.ts";
import { LoopGuard } from "./loop_guard.ts";

Deno.test("LoopGuard ends a loop at the third pairing, and forgets it after a minute", () => {
  const clock = createFakeClock();
  const guard = new LoopGuard(clock);
  const turns = () =>
    [1, 2, 3, 4].map(() => {
      const isLooping = guard.isLooping("ada");
      if (!isLooping) guard.notePairing("ada");
      return isLooping;
    });

  assert.deepEqual(turns(), [false, false, false, true]);
  assert.equal(guard.isLooping("bob"), false);
  clock.advance(60_001);
  assert.deepEqual(turns(), [false, false, false, true]);
  guard.noteSession("ada");
  assert.equal(guard.isLooping("ada"), false);
});
