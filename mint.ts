#!/usr/bin/env -S deno run -q --no-prompt -P=mint
/**
 * The one thing dispatch may do as root: make a credential for one user's t3 instance.
 *
 * @module
 */
import { defineCommand, parseCommand } from "./core/command.ts";
import { runProgram } from "./core/program.ts";
import { runMint } from "./dispatch/run_mint.ts";

if (import.meta.main) {
  await runProgram("mint", async ({ args, print }) => {
    const command = defineCommand({
      name: "t3-mint",
      description: "Make a one-time credential for the t3 instance of one user, as JSON",
      examples: [
        ["t3-mint ada", "print a credential that is good for five minutes, once"],
        ["sudo -n t3-mint ada", "what t3-dispatch runs where it has no socket"],
      ],
      exitCodes: {
        0: "made",
        1: "t3 did not make one",
        2: "the name is invalid, or the usage is wrong",
        3: "nobody is led to this account by /etc/t3-serve/dispatch.json",
      },
    }).argument("<user>", "the account");
    if (parseCommand(command, args) === "done") return 0;
    const user = command.args[0] ?? "";
    print(await runMint({ user, tablePath: "/etc/t3-serve/dispatch.json" }));
  });
}
