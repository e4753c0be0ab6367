import assert from "node:assert/strict";
import { readTool } from "./read_tool.ts";

Deno.test("readTool() gives what a program says", () => {
  const { stdout, trouble } = readTool("/bin/sh", ["-c", "echo said; echo warned >&2"]);

  assert.deepEqual([stdout, trouble], ["said\n", undefined]);
});

Deno.test("readTool() says why a program did not succeed, with what it said before", () => {
  const failing = readTool("/bin/sh", ["-c", "echo half; echo 'no \x1b such thing.' >&2; exit 4"]);
  const silent = readTool("/bin/sh", ["-c", "exit 4"]);
  const missing = readTool("/nonexistent/tool", []);
  const slow = readTool("/bin/sleep", ["60"], 0.1);

  assert.deepEqual(failing, { stdout: "half\n", trouble: "no ? such thing" });
  assert.equal(silent.trouble, '"/bin/sh" ended with 4');
  assert.match(`${missing.trouble}`, /failed to run command .*No such file or directory/);
  assert.equal(slow.trouble, '"/bin/sleep" did not end within 0.1 s');
});

Deno.test("readTool() runs apart from our process group and our variables", () => {
  const groupOf = (stat: string) => stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2];

  const { stdout } = readTool("/bin/cat", ["/proc/self/stat"]);
  const variables = readTool("/usr/bin/env", []).stdout.trim().split("\n").map((line) =>
    line.split("=")[0]
  );

  assert.notEqual(groupOf(stdout), groupOf(Deno.readTextFileSync("/proc/self/stat")));
  assert.deepEqual(variables.sort(), ["LC_ALL", "PATH"]);
});
