import assert from "node:assert/strict";
import fc from "fast-check";
import { runCommand } from "../../core/process.ts";
import { shellQuote } from "./shell_quote.ts";

Deno.test.each(["/bin/sh", "/bin/bash"])(
  "shellQuote() is read back by %s when it is any text",
  async (shell) => {
    const text = fc.string({ unit: "binary", maxLength: 40 }).map((value) =>
      value.replaceAll("\0", "").toWellFormed()
    );
    const texts = fc.sample(
      fc.oneof(text, fc.constantFrom("", "'", "-n", "a'b", "$HOME", "`id`", "\n")),
      500,
    );

    const { code, stdout, stderr } = await runCommand(shell, [
      "-c",
      `printf '%s\\0' ${texts.map(shellQuote).join(" ")}`,
    ]);

    assert.equal(code, 0, stderr);
    assert.deepEqual(stdout.split("\0").slice(0, -1), texts);
  },
);

Deno.test("shellQuote() leaves a plain path as it is", () => {
  assert.equal(shellQuote("/opt/hearth/app/current"), "/opt/hearth/app/current");
});

Deno.test("shellQuote() throws when there is a NUL", () => {
  assert.throws(() => shellQuote("a\0b"), RangeError);
});
