/**
 * What `.ci/run` makes of what the tasks print, with a stand-in for `npx` on its PATH.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../../core/process.ts";
import { ROOT } from "./repository.ts";

/** Ways for a task not to end: until it is told to, and being the death of `.ci/run`. */
const HANGS = {
  forever: "sleep 40 & wait",
  // The parent of `timeout`, which is the parent of this.
  stopping: "kill -TERM $(cut -d' ' -f4 /proc/$PPID/stat); sleep 40 & wait",
};

/** What each task prints and how it ends; a task that is not named passes one test. */
type Script = Readonly<Record<string, readonly [output: string, end: number | keyof typeof HANGS]>>;

async function runCi(
  script: Script,
  tasks: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
) {
  const root = await Deno.makeTempDir({ prefix: "hearth-ci-" });
  try {
    await Deno.mkdir(`${root}/.ci`);
    await Deno.mkdir(`${root}/bin`);
    await Deno.copyFile(`${ROOT}.ci/run`, `${root}/.ci/run`);
    const config = { tasks: Object.fromEntries(["ok", ...tasks].map((task) => [task, "x"])) };
    await Deno.writeTextFile(`${root}/deno.json`, JSON.stringify(config, null, 2));
    const cases = Object.entries(script).map(([task, [output, end]]) =>
      `"${task}") cat <<'END'\n${output}\nEND\n${
        typeof end === "number" ? `exit ${end}` : HANGS[end]
      };;\n`
    );
    await Deno.writeTextFile(
      `${root}/bin/npx`,
      `#!/bin/sh\ncase "$4" in\n${cases.join("")}*) echo "ok | 1 passed | 0 failed (1s)";;\nesac\n`,
      { mode: 0o755 },
    );
    const env = { PATH: `${root}/bin:${Deno.env.get("PATH")}`, ...variables };
    const { code, stdout } = await runCommand("bash", [`${root}/.ci/run`], { env });
    return { code, last: stdout.trimEnd().split("\n").at(-1), stdout };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("run sums what the tests counted when several suites ran", async () => {
  const ok =
    "x\nok | 12 passed (3 steps) | 0 failed | 2 ignored (3s)\nok | 4 passed | 0 failed (1s)";

  const result = await runCi({ ok: [ok, 0] });

  assert.deepEqual([result.code, result.last], [0, "16 passed, 0 failed"]);
});

Deno.test("run fails when a test failed", async () => {
  const result = await runCi({ ok: ["FAILED | 7 passed | 2 failed | 1 ignored (3s)", 1] });

  assert.deepEqual([result.code, result.last], [1, "7 passed, 2 failed"]);
});

Deno.test("run counts one failure and still runs the tests when a step before them failed", async () => {
  const result = await runCi({
    ok: ["error: Found 1 not formatted file", 1],
    test: ["ok | 9 passed | 0 failed (3s)", 0],
  });

  assert.deepEqual([result.code, result.last], [1, "9 passed, 1 failed"]);
});

Deno.test("run counts one failure when the run broke after the tests passed", async () => {
  const result = await runCi({ ok: ["ok | 9 passed | 0 failed (3s)\nerror: leaked", 1] });

  assert.deepEqual([result.code, result.last], [1, "9 passed, 1 failed"]);
});

Deno.test("run fails when no test ran", async () => {
  const result = await runCi({ ok: ["ok | 0 passed | 0 failed (1ms)", 0] });

  assert.deepEqual([result.code, result.last], [1, "0 passed, 1 failed"]);
});

Deno.test("run counts the demo as one test when deno.json has it", async () => {
  const good = await runCi({ demo: ["greeted by name", 0] }, ["demo"]);
  const bad = await runCi({ demo: ["not greeted", 1] }, ["demo", "test:pod"]);

  assert.deepEqual([good.code, good.last], [0, "2 passed, 0 failed"]);
  assert.deepEqual([bad.code, bad.last], [1, "2 passed, 1 failed"]);
});

Deno.test("run does not take a program's own words for a count", async () => {
  const output = "the log says ok | 5 passed | 0 failed\nok | 1 passed | 0 failed (1s)";

  const result = await runCi({ ok: [output, 0] });

  assert.deepEqual([result.code, result.last], [0, "1 passed, 0 failed"]);
});

Deno.test("run ends a step that hangs, and goes on with the next", async () => {
  const result = await runCi(
    { ok: ["one ... ok (1ms)\ntwo ...", "forever"], demo: ["greeted by name", 0] },
    ["demo"],
    { CI_STEP_SECONDS: "5" },
  );

  assert.deepEqual([result.code, result.last], [1, "1 passed, 1 failed"]);
  assert.match(result.stdout, /two \.\.\./);
  assert.match(result.stdout, /deno task ok: ended, since it took longer than 5 seconds/);
});

Deno.test("run still says its sum when it is told to stop", async () => {
  const result = await runCi({
    ok: ["ok | 5 passed | 0 failed (1s)", 0],
    demo: ["half a demo", "stopping"],
  }, ["demo", "test:pod"]);

  assert.deepEqual([result.code, result.last], [1, "5 passed, 1 failed"]);
  assert.match(result.stdout, /half a demo/);
  assert.doesNotMatch(result.stdout, /task test:pod/);
});
