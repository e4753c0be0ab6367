/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { freshRun } from "./fresh_run.ts";

Deno.test("freshRun() gives everybody a run that began after they asked, one at a time", async () => {
  await fc.assert(
    fc.asyncProperty(
      // How many turns of the event loop pass before each call, and whether its work fails.
      fc.array(fc.tuple(fc.nat(6), fc.nat(3), fc.boolean()), { maxLength: 12 }),
      async (calls) => {
        let [now, atOnce, begun] = [0, 0, 0];
        const works = calls.map(([, turns, fails]) => ({ turns, fails }));
        const run = freshRun(async () => {
          begun = now++;
          assert.equal(++atOnce, 1);
          const { turns, fails } = works.shift() ?? { turns: 0, fails: false };
          try {
            for (let turn = 0; turn < turns; turn++) await Promise.resolve();
            if (fails) throw new TypeError("planned");
          } finally {
            atOnce--;
          }
        });
        const asked: Promise<void>[] = [];
        for (const [pause] of calls) {
          for (let turn = 0; turn < pause; turn++) await Promise.resolve();
          const at = now++;
          const check = () => assert.ok(begun > at, `asked at ${at}, run of ${begun}`);
          asked.push(
            run().then(check, (error) => {
              assert.ok(error instanceof TypeError, String(error));
              check();
            }),
          );
        }
        await Promise.all(asked);
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("freshRun() does the work once more for all who called during it", async () => {
  let runs = 0;
  const run = freshRun(async () => {
    runs++;
    await Promise.resolve();
  });

  await Promise.all([run(), run(), run(), run()]);

  assert.equal(runs, 2);
});
