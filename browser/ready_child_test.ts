import assert from "node:assert/strict";
import { eventually } from "../tests/support/eventually.ts";
import { runningProcesses } from "../tests/support/processes.ts";
import { realMachine } from "./machine.ts";
import { startReadyChild } from "./ready_child.ts";

/** A shell script as a child, ready when it says so. */
function startScript(script: string, options: { signal?: AbortSignal; readyMs?: number } = {}) {
  const ready = Promise.withResolvers<void>();
  return startReadyChild({
    name: "the script",
    machine: realMachine,
    command: "/bin/sh",
    args: ["-c", script],
    onLine: (line) => line === "ready" && ready.resolve(),
    ready: () => ready.promise,
    ...(options.readyMs === undefined ? {} : { readyMs: options.readyMs }),
  }, options.signal ?? new AbortController().signal);
}

Deno.test("startReadyChild() resolves when the child works", async () => {
  const child = await startScript("echo ready; exec sleep 60");

  const end = await child.stop();

  assert.equal(end.signal, "SIGTERM");
});

Deno.test("startReadyChild() repeats the last words of a child that ends first", async () => {
  await assert.rejects(startScript("echo first; echo no screen found >&2; exit 3"), {
    message: "exit code 3, its last words: no screen found",
  });
});

Deno.test("startReadyChild() stops a child that takes too long", async () => {
  // A number of seconds that no other process sleeps.
  const seconds = `60.${Date.now()}`;

  const starting = startScript(`exec sleep ${seconds}`, { readyMs: 3_000 });
  const isRunning = () => runningProcesses().some(({ command }) => command.includes(seconds));
  await eventually("the child", isRunning);

  await assert.rejects(starting, { message: "Starting the script took longer than 3000 ms" });
  assert.ok(!isRunning());
});

Deno.test("startReadyChild() stops the child when it is aborted", async () => {
  const stopping = new AbortController();

  const starting = startScript("exec sleep 60", { signal: stopping.signal });
  stopping.abort();

  await assert.rejects(starting, { name: "AbortError" });
});

Deno.test("startReadyChild() kills what its child leaves behind, even when it is stopped", async () => {
  const child = await startScript("sleep 60 & kill -s STOP $!; echo ready; exec sleep 60");
  const group = () => runningProcesses().filter((process) => process.group === child.pid);
  await eventually("the child's child", () => group().length === 2);

  child.kill("SIGKILL");
  await child.ended;

  await eventually("nothing being left", () => group().length === 0);
});
