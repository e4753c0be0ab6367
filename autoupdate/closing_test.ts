/**
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../core/clock.ts";
import { Fault } from "../core/fault.ts";
import { eventually } from "../tests/support/eventually.ts";
import { recordLog } from "../tests/support/snapshot_fixture.ts";
import { type RunContext, takeLock, writeMetrics } from "./closing.ts";

/** A box without a user, whose collector reads `textfile`. */
function contextOf(stateDir: string, textfile: string, log: ReturnType<typeof recordLog>["log"]) {
  const effects = {
    clock: systemClock,
    log,
    instances: () => Promise.resolve([]),
    pointers: { all: () => Promise.resolve(new Map()) },
  };
  const config = { stateDir, textfile, freezeFile: `${stateDir}/freeze` };
  return { config, box: { effects } } as unknown as RunContext;
}

Deno.test("writeMetrics() writes for the collector, and where there is none fails nothing", async () => {
  const directory = await Deno.makeTempDir({ prefix: "hearth-closing-" });
  try {
    const { log, lines } = recordLog();

    await writeMetrics(contextOf(directory, `${directory}/collected.prom`, log));
    assert.deepEqual(lines, []);
    await writeMetrics(contextOf(directory, `${directory}/nowhere/collected.prom`, log));

    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /cannot write the metrics of this run.*nowhere/);
    for (const name of ["metrics.prom", "collected.prom"]) {
      const path = `${directory}/${name}`;
      assert.match(await Deno.readTextFile(path), /^hearth_autoupdate_frozen 0$/m);
      // Its reader is another account.
      assert.equal((await Deno.stat(path)).mode, 0o100644);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("takeLock() refuses at once, or waits for the other run and says so", async () => {
  const directory = await Deno.makeTempDir({ prefix: "hearth-closing-" });
  try {
    const { log, lines } = recordLog();
    const { signal } = new AbortController();
    const context = { ...contextOf(directory, "", log), signal };
    const first = await takeLock(context);

    await assert.rejects(takeLock(context), Fault);
    assert.deepEqual(lines, []);
    const waiting = takeLock(context, 60_000);
    await eventually("the wait", () => lines.length === 1);
    first[Symbol.dispose]();
    using _second = await waiting;

    assert.match(lines[0] ?? "", /waiting for another run to end/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
