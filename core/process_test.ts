/**
 * @module
 */
import assert from "node:assert/strict";
import { isRunning, processEnd } from "../tests/support/process_end.ts";
import { snippetArgs } from "../tests/support/snippet.ts";
import { DeadlineError, withDeadline } from "./deadline.ts";
import { type Child, type ChildOptions, runCommand, startChild } from "./process.ts";

/** Long enough for a busy machine; nothing waits for it to pass. */
const deadlineMs = 20_000;

interface Watched extends Child {
  readonly lines: readonly string[];
  /** Resolves with its first line. */
  firstLine(): Promise<string>;
}

function watch(
  command: string,
  args: readonly string[],
  more: Partial<ChildOptions> = {},
): Watched {
  const lines: string[] = [];
  const first = Promise.withResolvers<string>();
  const onLine = (line: string) => {
    lines.push(line);
    first.resolve(line);
  };
  const child = startChild({ command, args, ...more, onLine });
  const firstLine = () => withDeadline(first.promise, deadlineMs, "The first line");
  return { ...child, lines, firstLine };
}

Deno.test("startChild() passes on the lines of both outputs and the exit code", async () => {
  const child = watch("sh", ["-c", "echo out; echo err >&2; printf last; exit 7"]);

  const end = await child.ended;

  assert.deepEqual(end, { code: 7, signal: null });
  assert.deepEqual(child.lines.toSorted(), ["err", "last", "out"]);
});

Deno.test("startChild() passes arguments as they are when a shell would read them", async () => {
  const child = watch("printf", ["%s\\n", "$HOME; `id`", "--", "-x", "a b"]);

  await child.ended;

  assert.deepEqual(child.lines, ["$HOME; `id`", "--", "-x", "a b"]);
});

Deno.test("startChild() gives exactly the environment it was told when it is cleared", async () => {
  const child = watch("/usr/bin/env", [], { clearEnv: true, env: { ONLY: "this" }, cwd: "/" });

  await child.ended;

  assert.deepEqual(child.lines, ["ONLY=this"]);
});

Deno.test("startChild() says which program is missing when there is none of that name", async () => {
  const child = watch("/nonexistent/program", []);

  const { code } = await child.ended;

  assert.notEqual(code, 0);
  assert.match(child.lines.join("\n"), /\/nonexistent\/program/);
});

Deno.test("startChild() puts the child into a session of its own", async () => {
  const child = watch("sh", ["-c", "cut -d ' ' -f 6 /proc/$$/stat"]);

  const session = Number(await child.firstLine());

  assert.equal(session, child.pid);
  await child.ended;
});

Deno.test("stop() ends the child with SIGTERM when it obeys", async () => {
  const child = watch("sh", ["-c", "echo ready; exec sleep 1000"]);
  await child.firstLine();

  const end = await child.stop(deadlineMs);

  assert.deepEqual(end, { code: 143, signal: "SIGTERM" });
});

Deno.test("stop() kills the child when it ignores SIGTERM", async () => {
  const child = watch("sh", ["-c", "trap '' TERM; echo ready; exec sleep 1000"]);
  await child.firstLine();

  const end = await withDeadline(child.stop(50), deadlineMs, "Stopping");

  assert.deepEqual(end, { code: 137, signal: "SIGKILL" });
});

Deno.test("stop() and kill() do nothing when the child has ended", async () => {
  const child = watch("true", []);
  await child.ended;

  child.kill("SIGKILL");
  const end = await child.stop();

  assert.deepEqual(end, { code: 0, signal: null });
});

Deno.test("startChild() lets the child die when its parent is killed", async () => {
  const code = `
    import { startChild } from "@root/core/process.ts";
    const child = startChild({ command: "sleep", args: ["1000"], onLine() {} });
    console.log(child.pid);`;
  const parent = watch(Deno.execPath(), snippetArgs(code));
  const pid = Number(await parent.firstLine());
  const before = isRunning(pid);

  parent.kill("SIGKILL");
  await parent.ended;

  assert.ok(before);
  await processEnd(pid);
});

Deno.test({
  name: "startChild() ends when the child has ended though a grandchild holds its output",
  // The grandchild's output is still being read when the test ends: that is what it is about.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const child = watch("sh", ["-c", "sleep 1000 & echo $!"]);
    const pid = Number(await child.firstLine());

    const { code } = await withDeadline(child.ended, deadlineMs, "Ending");

    const isLeft = isRunning(pid);
    Deno.kill(pid, "SIGKILL");
    await processEnd(pid);
    assert.deepEqual([code, isLeft], [0, true]);
  },
});

Deno.test("runCommand() gives outputs and exit code when the command ends", async () => {
  const result = await runCommand("sh", ["-c", 'printf "%s" "$A"; echo é >&2; exit 3'], {
    env: { A: "b" },
  });

  assert.deepEqual(result, { code: 3, stdout: "b", stderr: "é\n" });
});

Deno.test("runCommand() gives the command a session of its own when it is told to", async () => {
  const script = "cut -d ' ' -f 6 /proc/$$/stat; echo $$";

  const { stdout } = await runCommand("sh", ["-c", script], { detached: true });

  const [session, pid] = stdout.split("\n");
  assert.equal(session, pid);
});

Deno.test("runCommand() reads all when both outputs are larger than a pipe", async () => {
  const script = "head -c 3000000 /dev/zero | tr '\\0' x | tee /dev/stderr";

  const { stdout, stderr } = await runCommand("sh", ["-c", script]);

  assert.deepEqual([stdout.length, stderr.length], [3_000_000, 3_000_000]);
});

Deno.test("runCommand() gives the command nothing to read", async () => {
  const { code, stdout } = await runCommand("cat", []);

  assert.deepEqual([code, stdout], [0, ""]);
});

Deno.test("runCommand() kills the command and throws when the deadline passes", async () => {
  const running = runCommand("sh", ["-c", "exec sleep 1000"], { deadlineMs: 50 });

  await assert.rejects(running, new DeadlineError('"sh"', 50));
});

Deno.test("runCommand() throws at the deadline when only a grandchild holds its output", async () => {
  const running = runCommand("sh", ["-c", "sleep 3 & exit 0"], { deadlineMs: 100 });

  await assert.rejects(running, new DeadlineError('"sh"', 100));
});

Deno.test({
  name: "runCommand() throws at the deadline when the command became somebody it may not kill",
  ignore: Deno.uid() !== 0,
  async fn() {
    // As under a unit that may become users and nothing else: root without CAP_KILL.
    const code = `
      import { runCommand } from "@root/core/process.ts";
      const args = ["--reuid=65534", "--regid=65534", "--clear-groups", "--", "sleep", "10"];
      await runCommand("/usr/bin/setpriv", args, { deadlineMs: 1_000 }).catch(console.log);
      Deno.exit();`;
    const { stdout, stderr } = await runCommand("/usr/bin/setpriv", [
      ...["--bounding-set=-all,+setuid,+setgid", "--inh-caps=-all", "--", Deno.execPath()],
      ...snippetArgs(code),
    ]);

    assert.match(stdout, /DeadlineError: "\/usr\/bin\/setpriv" took longer than 1000 ms/, stderr);
  },
});

Deno.test("runCommand() throws when there is no such program", async () => {
  await assert.rejects(runCommand("/nonexistent/program", []), Deno.errors.NotFound);
});
