/**
 * The frame of a program, seen from outside: a process with outputs, signals and an exit code.
 *
 * @module
 */
import assert from "node:assert/strict";
import { snippetArgs } from "../tests/support/snippet.ts";
import { withDeadline } from "./deadline.ts";
import { runCommand, startChild } from "./process.ts";

/** Long enough for a busy machine; nothing waits for it to pass. */
const deadlineMs = 60_000;

/** A program whose `main` has the given body. */
function program(body: string, options = "{}"): string {
  return `
    import { Fault } from "@root/core/fault.ts";
    import { Secret } from "@root/core/secret.ts";
    import { runProgram } from "@root/core/program.ts";
    await runProgram("test", async ({ args, env, log, signal, print }) => { ${body} }, ${options});`;
}

function run(body: string, env: Record<string, string> = {}, args: readonly string[] = []) {
  return runCommand(Deno.execPath(), snippetArgs(program(body), args), {
    env: { NO_COLOR: "1", LOG_LEVEL: "info", LOG_FORMAT: "auto", ...env },
    deadlineMs,
  });
}

Deno.test("runProgram() exits 0 with results on one output and the log on the other", async () => {
  const result = await run('print(args.join("-")); log.info("done", { count: 2 })', {}, ["a", "b"]);

  const { ts, ...record } = JSON.parse(result.stderr);
  assert.deepEqual([result.code, result.stdout], [0, "a-b"]);
  assert.match(ts, /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(record, { level: "info", component: "test", msg: "done", count: 2 });
});

Deno.test("runProgram() exits with the number its work gives", async () => {
  const { code } = await run("return 4;");

  assert.equal(code, 4);
});

Deno.test("runProgram() writes all of a long result before it exits", async () => {
  const { stdout } = await run('print("x".repeat(2_000_000)); return 0;');

  assert.equal(stdout.length, 2_000_000);
});

Deno.test("runProgram() prints one line without a stack when a fault reaches it", async () => {
  const result = await run('throw new Fault("Cannot open it:\\n taken", { code: "config" });');

  assert.deepEqual(result, { code: 2, stdout: "", stderr: "test: Cannot open it:; taken\n" });
});

Deno.test("runProgram() adds the stack of a fault when the level is debug", async () => {
  const { stderr } = await run('throw new Fault("Cannot open it");', { LOG_LEVEL: "debug" });

  assert.match(stderr, /^test: Cannot open it\nFault: Cannot open it\n +at /);
});

Deno.test("runProgram() prints one line and exits 1 when something unexpected is thrown", async () => {
  const result = await run('throw new TypeError("x is not a function");');

  const stderr = "test: unexpected failure: x is not a function\n";
  assert.deepEqual(result, { code: 1, stdout: "", stderr });
});

Deno.test("runProgram() names both variables and exits 2 when the log's are wrong", async () => {
  const result = await run('print("never");', { LOG_LEVEL: "loud", LOG_FORMAT: "xml" });

  assert.deepEqual([result.code, result.stdout], [2, ""]);
  assert.match(
    result.stderr,
    /^test: Cannot read the environment: LOG_LEVEL is "loud".*LOG_FORMAT.*\n$/,
  );
});

Deno.test("runProgram() logs as text when it is told to", async () => {
  const { stderr } = await run('log.warn("slow", { ms: 5 })', { LOG_FORMAT: "text" });

  assert.match(stderr, /^[\d:.]{12} WARN {2}test: slow ms=5\n$/);
});

Deno.test("runProgram() ends quietly when whoever read its output is gone", async () => {
  const code = program('for (let i = 0; i < 9; i++) print("x".repeat(100_000)); return 5;');
  const script = '{ "$@"; echo "code $?" >&2; } | head -c 10';

  const { stdout, stderr } = await runCommand(
    "sh",
    ["-c", script, "sh", Deno.execPath(), ...snippetArgs(code)],
    { deadlineMs },
  );

  assert.deepEqual([stdout, stderr], ["x".repeat(10), "code 5\n"]);
});

Deno.test("runProgram() goes on when its log cannot be written, and fails when a result cannot", async () => {
  const code = program('log.info("begun"); print("result\\n"); throw new Fault("Over");');
  const on = (redirection: string) =>
    runCommand("sh", ["-c", `"$@" ${redirection}`, "sh", Deno.execPath(), ...snippetArgs(code)], {
      env: { LOG_FORMAT: "json", LOG_LEVEL: "info" },
      deadlineMs,
    });

  const fullLog = await on("2>/dev/full");
  const fullOutput = await on(">/dev/full");

  assert.deepEqual([fullLog.code, fullLog.stdout], [1, "result\n"]);
  assert.equal(fullOutput.code, 1);
  assert.match(fullOutput.stderr, /^test: unexpected failure: No space left on device/m);
});

/** Starts a program and resolves with its lines once it printed the first. */
async function started(body: string, options?: string) {
  const lines: string[] = [];
  const waiters = new Map<string, PromiseWithResolvers<void>>();
  const waiter = (line: string) => {
    const known = waiters.get(line) ?? Promise.withResolvers<void>();
    waiters.set(line, known);
    return known;
  };
  const child = startChild({
    command: Deno.execPath(),
    args: snippetArgs(program(body, options)),
    onLine(line) {
      lines.push(line);
      waiter(line).resolve();
    },
  });
  const line = (text: string) => withDeadline(waiter(text).promise, deadlineMs, `"${text}"`);
  await line("ready");
  return { child, lines, line };
}

const WAIT_FOR_SIGNAL = `
  const stopping = new Promise((resolve) => signal.addEventListener("abort", resolve));
  print("ready\\n");
  await stopping;
  print("stopping\\n");`;

Deno.test.each<[Deno.Signal]>([["SIGTERM"], ["SIGINT"], ["SIGHUP"]])(
  "runProgram() lets its work stop in peace when %s comes",
  async (signal) => {
    const { child, lines } = await started(`${WAIT_FOR_SIGNAL} return 0;`);

    child.kill(signal);
    const end = await withDeadline(child.ended, deadlineMs, "Stopping");

    assert.deepEqual([end, lines], [{ code: 0, signal: null }, ["ready", "stopping"]]);
  },
);

Deno.test("runProgram() ends at once when a second signal comes", async () => {
  const { child, line } = await started(
    `${WAIT_FOR_SIGNAL} await new Promise(() => setInterval(() => {}, 9));`,
  );
  child.kill("SIGTERM");
  await line("stopping");

  child.kill("SIGINT");
  const end = await withDeadline(child.ended, deadlineMs, "Stopping");

  assert.deepEqual(end, { code: 130, signal: null });
});

Deno.test("runProgram() reloads instead of stopping when SIGHUP has a meaning", async () => {
  const { child, line } = await started(
    `${WAIT_FOR_SIGNAL} return 0;`,
    '{ onReload: () => console.log("reloading") }',
  );

  child.kill("SIGHUP");
  await line("reloading");
  child.kill("SIGTERM");

  assert.equal((await withDeadline(child.ended, deadlineMs, "Stopping")).code, 0);
});
