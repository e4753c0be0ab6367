import assert from "node:assert/strict";
import { systemClock } from "../../core/clock.ts";
import { createWakeUp } from "./wake_up.ts";

const HOUR = 3_600_000;
const never = new AbortController().signal;

Deno.test("createWakeUp() ends a sleep that goes on, and each wake-up ends one", async () => {
  const wakeUp = createWakeUp(systemClock);
  const sleeping = wakeUp.sleep(HOUR, never);

  wakeUp.wake();
  await sleeping;

  let isAwake = false;
  const stop = new AbortController();
  const again = wakeUp.sleep(HOUR, stop.signal).then(() => isAwake = true);
  await Promise.resolve();
  assert.equal(isAwake, false);
  stop.abort();
  await again;
});

Deno.test("createWakeUp() does not sleep when it was woken before", async () => {
  const wakeUp = createWakeUp(systemClock);

  wakeUp.wake();

  await wakeUp.sleep(HOUR, never);
});
