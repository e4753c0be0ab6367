/**
 * @module
 */
import assert from "node:assert/strict";
import { createFakeClock } from "../tests/support/fake_clock.ts";
import { startProgress } from "./progress.ts";

/** Lets `seconds` pass, a second at a time. */
async function pass(clock: ReturnType<typeof createFakeClock>, seconds: number): Promise<void> {
  for (let at = 0; at < seconds; at++) {
    await clock.asleep();
    clock.advance(1_000);
    await Promise.resolve();
    await Promise.resolve();
  }
}

function terminal(isTerminal = true) {
  const written: string[] = [];
  return { isTerminal, write: (text: string) => void written.push(text), written };
}

Deno.test("startProgress() says what takes long, for how long, and takes it away", async () => {
  const clock = createFakeClock();
  const screen = terminal();
  {
    using progress = startProgress("install node", clock, screen);
    await pass(clock, 3);
    assert.deepEqual(screen.written, [
      "\r\x1b[Kinstall node … 2 s",
      "\r\x1b[Kinstall node … 3 s",
    ]);
    progress.about("install \x1b[2J mcp");
    await pass(clock, 2);
    assert.deepEqual(screen.written.slice(2), ["\r\x1b[K", "\r\x1b[Kinstall ?[2J mcp … 2 s"]);
    progress.about(undefined);
    await pass(clock, 5);
    assert.equal(screen.written.length, 5);
  }
  assert.equal(screen.written.length, 5, "nothing is taken away that is not there");
});

Deno.test("startProgress() says nothing of what is over soon, or where nobody sees it", async () => {
  const clock = createFakeClock();
  const screen = terminal();
  {
    using _short = startProgress("look", clock, screen);
    await pass(clock, 1);
  }
  const pipe = terminal(false);
  {
    using _piped = startProgress("look", clock, pipe);
  }
  assert.deepEqual([screen.written, pipe.written], [[], []]);
});
