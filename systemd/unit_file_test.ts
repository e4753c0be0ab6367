import assert from "node:assert/strict";
import { parseUnitFile } from "./unit_file.ts";

Deno.test("parseUnitFile() joins continued lines and keeps line numbers when it reads", () => {
  const { header, directives } = parseUnitFile(
    "# What\n\n[Service]\nExecStart=/a \\\n  b\n; c\nUser=%i\n",
  );

  assert.equal(header, "What");
  assert.deepEqual(directives, [
    { section: "Service", name: "ExecStart", value: "/a b", line: 4 },
    { section: "Service", name: "User", value: "%i", line: 7 },
  ]);
});

Deno.test("parseUnitFile() throws when a line is no unit's", () => {
  assert.throws(() => parseUnitFile("[Unit]\nnonsense\n"), {
    name: "SyntaxError",
    message: 'Cannot read line 2 of the unit: "nonsense"',
  });
});
