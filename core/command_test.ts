/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { defineCommand, parseCommand, usageFault } from "./command.ts";
import { portVariable, textVariable } from "./env.ts";
import { Fault } from "./fault.ts";

function greet() {
  const shown: string[] = [];
  const command = defineCommand({
    name: "greet",
    description: "Greet somebody",
    examples: [["greet --loud", "greet loudly"], [`greet ${"x".repeat(60)}`, "a long line"]],
    env: z.object({ PORT: portVariable(80, "where"), NAME: textVariable("who") }),
    exitCodes: { 0: "greeted", 3: "nobody there" },
  })
    .option("--loud", "speak up")
    .option("--times <count>", "how often")
    .configureOutput({ writeOut: (text) => shown.push(text) });
  return { command, shown };
}

Deno.test("parseCommand() gives the options when they are known", () => {
  const { command } = greet();

  const outcome = parseCommand(command, ["--loud", "--times", "3"]);

  assert.deepEqual([outcome, command.opts()], ["run", { loud: true, times: "3" }]);
});

Deno.test.each([["--help"], ["-h"]])("parseCommand() shows the help when asked with %s", (flag) => {
  const { command, shown } = greet();

  const outcome = parseCommand(command, [flag]);

  const help = shown.join("");
  assert.equal(outcome, "done");
  for (
    const part of [
      /^Usage: greet \[options\]\n\nGreet somebody\n/,
      /--loud +speak up/,
      /\nExamples:\n {2}greet --loud +greet loudly\n/,
      /\nEnvironment:\n {2}PORT=80 +where\n {2}NAME +who\n/,
      /\nExit codes:\n {2}0 +greeted\n {2}3 +nobody there\n/,
    ]
  ) assert.match(help, part);
});

Deno.test.each<[string, string[], string]>([
  ["unknown", ["--quiet"], `Unknown option '--quiet' (see "greet --help")`],
  ["misspelt", ["--lout"], `Unknown option '--lout' (Did you mean --loud?) (see "greet --help")`],
  ["incomplete", ["--times"], `Option '--times <count>' argument missing (see "greet --help")`],
])("parseCommand() throws one sentence when an option is %s", (_, args, message) => {
  const { command } = greet();

  assert.throws(() => parseCommand(command, args), new Fault(message, { code: "usage" }));
});

Deno.test("parseCommand() throws a usage fault or succeeds when given any arguments", () => {
  const arg = fc.oneof(
    fc.string(),
    fc.constantFrom("--loud", "--times", "--", "-x", "--help", "a\nb"),
  );
  fc.assert(fc.property(fc.array(arg), (args) => {
    const { command } = greet();
    try {
      parseCommand(command, args);
    } catch (error) {
      assert.ok(error instanceof Fault, `${error}`);
      assert.equal(error.exitCode, 2);
      assert.ok(!error.message.includes("\n"), error.message);
    }
  }));
});

Deno.test("usageFault() makes one sentence when the message has several lines", () => {
  const fault = usageFault("error: unknown option\n  (Did you mean it?).", "greet");

  assert.equal(fault.message, 'Unknown option (Did you mean it?) (see "greet --help")');
});
