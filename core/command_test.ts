/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import {
  type AnyCommand,
  defineCommand,
  describeCommand,
  parseCommand,
  usageFault,
} from "./command.ts";
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

Deno.test("defineCommand() breaks what is too long, and gives what is too wide a line", () => {
  const shown: string[] = [];
  const command = defineCommand({
    name: "keep",
    description: "Keep it",
    details: ["More about it."],
    commands: { up: "up and running" },
    examples: [[`keep ${"x".repeat(40)}`, "wide"], ["keep", "word ".repeat(20).trim()]],
    files: { "/etc/keep": "what is kept" },
    seeAlso: { "keep up --help": "" },
  }).configureOutput({ writeOut: (text) => shown.push(text) });

  parseCommand(command, ["-h"]);

  const help = shown.join("");
  assert.match(help, /^Usage: keep <command> \[options\]\n\nKeep it\n\nMore about it\.\n/);
  assert.match(help, /\nCommands:\n {2}up {2}up and running\n/);
  assert.match(help, /\n {2}keep x{40}\n {8}wide\n {2}keep {2}word word/);
  assert.match(help, /\nFiles:\n {2}\/etc\/keep {2}what is kept\n/);
  assert.match(help, /\nSee also:\n {2}keep up --help\n/);
  assert.ok(help.split("\n").every((line) => line.length <= 80 && line === line.trimEnd()));
});

Deno.test("parseCommand() prints what completion is made from when asked for it", () => {
  const { command, shown } = greet();
  command.argument("[file]", "what to greet from");
  const help = describeCommand(command as unknown as AnyCommand).help;

  assert.equal(parseCommand(command as unknown as AnyCommand, ["--describe"]), "done");

  assert.deepEqual(JSON.parse(shown.join("")), {
    name: "greet",
    commands: {},
    options: [
      { name: "--loud", does: "speak up" },
      { name: "--times", does: "how often", value: "count" },
      { name: "--help", short: "-h", does: "show this help" },
    ],
    arguments: ["file"],
    environment: [{ name: "PORT", fallback: "80", description: "where" }, {
      name: "NAME",
      description: "who",
    }],
    help,
  });
  shown.length = 0;
  parseCommand(command as unknown as AnyCommand, ["--help"]);
  assert.equal(shown.join(""), help);
});

Deno.test.each<[string, string[], string]>([
  ["unknown", ["--quiet"], `Unknown option "--quiet" (see "greet --help")`],
  ["misspelt", ["--lout"], `Unknown option "--lout", did you mean "--loud"? (see "greet --help")`],
  [
    "incomplete",
    ["--times"],
    `Option "--times <count>" has no value, must have one (see "greet --help")`,
  ],
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
