/**
 * @module
 */
import assert from "node:assert/strict";
import { withMetrics } from "./metrics_text.ts";

const clock = { now: () => 7_000, monotonic: () => 0 };

async function written(run: Parameters<typeof withMetrics>[2]): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-metrics-" });
  const paths = [`${directory}/a.prom`, `${directory}/b.prom`];
  try {
    await withMetrics(paths, clock, run, assert.fail).catch(() => {});
    const [first = "", second] = await Promise.all(paths.map((path) => Deno.readTextFile(path)));
    assert.equal(first, second);
    return first;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("withMetrics() writes how a run ended", async () => {
  const text = await written(() => Promise.resolve({ hasFailed: false, counts: { changed: 3 } }));

  assert.match(text, /^hearth_provision_last_run_failed 0$/m);
  assert.match(text, /^hearth_provision_last_run_timestamp_seconds 7$/m);
  assert.match(text, /^hearth_provision_last_run_items\{result="changed"\} 3$/m);
});

Deno.test("withMetrics() says that a run failed when it throws, and lets it throw", async () => {
  const text = await written(() => Promise.reject(new Error("no roster")));

  assert.match(text, /^hearth_provision_last_run_failed 1$/m);
  await assert.rejects(
    withMetrics([], clock, () => Promise.reject(new Error("no roster")), assert.fail),
    /no roster/,
  );
});

Deno.test("withMetrics() tells of a path that cannot be written, and the run stays good", async () => {
  const told: string[] = [];
  const good = { hasFailed: false, counts: {} };
  const paths = ["/nonexistent/hearth.prom"];

  const answer = await withMetrics(paths, clock, () => Promise.resolve(good), (sentence) => {
    told.push(sentence);
  });

  assert.equal(answer, good);
  assert.match(
    told.join(),
    /^Cannot write the metrics of this run to "\/nonexistent\/hearth\.prom"/,
  );
});
