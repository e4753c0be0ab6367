/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Fault } from "./fault.ts";
import type { ProgramContext } from "./program.ts";
import { runSubcommand } from "./subcommands.ts";

/** Runs a program of two commands; what they were given, or the fault. */
async function typed(...args: readonly string[]) {
  const seen: unknown[] = [];
  const run = (name: string, code?: number) => ({ args }: ProgramContext) => {
    seen.push([name, ...args]);
    return code;
  };
  const context = { args } as unknown as ProgramContext;
  const result = await runSubcommand(context, {
    name: "house",
    description: "Keeps a house",
    commands: {
      open: { does: "opens it", run: run("open") },
      close: { does: "closes it", run: run("close", 3) },
    },
    examples: [],
  }).catch((error: unknown) => {
    if (!(error instanceof Fault)) throw error;
    return error.message;
  });
  return { seen, result };
}

Deno.test("runSubcommand() runs what the first word names with the words behind it", async () => {
  assert.deepEqual(await typed("open", "--wide", "door"), {
    seen: [["open", "--wide", "door"]],
    result: undefined,
  });
  assert.deepEqual(await typed("close"), { seen: [["close"]], result: 3 });
});

Deno.test.each<[string[], string]>([
  [[], 'The command is missing, must be one of open, close (see "house --help")'],
  [["opne"], 'Unknown command "opne", did you mean "open"? (see "house --help")'],
  [["toString"], 'Unknown command "toString", must be one of open, close (see "house --help")'],
  [["--loud"], 'Unknown option "--loud" (see "house --help")'],
  [["--"], 'Unknown command "--", must be one of open, close (see "house --help")'],
])("runSubcommand() says what is wrong with %j", async (args, message) => {
  assert.deepEqual(await typed(...args), { seen: [], result: message });
});

Deno.test("runSubcommand() never runs what was not named", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.string()).filter(([first]) =>
      first !== "open" && first !== "close" && first !== "-h"
    ),
    async (args) => assert.deepEqual((await typed(...args)).seen, []),
  ));
});
