import assert from "node:assert/strict";
import fc from "fast-check";
import { lastLine, printable } from "./printable.ts";

Deno.test("printable() leaves nothing a terminal would act on", () => {
  assert.equal(printable("a\x1b[2Jb\u202ec\td é"), "a?[2Jb?c\td é");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    // deno-lint-ignore no-control-regex -- they are what must be gone
    assert.doesNotMatch(printable(text), /[\0-\x08\n\x1b\x7f\x9b\u202e]/);
  }));
});

Deno.test("lastLine() is the last line that says something", () => {
  assert.equal(lastLine("first\n  last \n\n \n"), "last");
  assert.equal(lastLine("first\nuseradd: second\nuseradd: third.\n", 2), "second; third");
  assert.equal(lastLine(" \n\n"), undefined);
  assert.equal(lastLine("useradd: user 'ada' already exists"), "user 'ada' already exists");
  assert.equal(
    lastLine("sh: 10: cannot create /x: Not a directory"),
    "cannot create /x: Not a directory",
  );
  assert.equal(lastLine("/usr/bin/env: ‘x’: Permission denied"), "‘x’: Permission denied");
  assert.equal(lastLine("curl: (6) Could not resolve host"), "curl: (6) Could not resolve host");
  assert.equal(lastLine("x".repeat(1_000))?.length, 300);
});
