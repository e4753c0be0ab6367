/**
 * `hearth completion`: the script with which a shell completes programs, commands and options.
 *
 * The scripts are made from the command lines themselves (`deno task generate`); a dev box has them
 * where its shells look for them.
 *
 * @module
 */
import { defineCommand, parseCommand, usageFault } from "../core/command.ts";
import type { ProgramContext } from "../core/program.ts";

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: "bash_completion.d/hearth",
  zsh: "zsh/_hearth",
  fish: "fish/hearth.fish",
};

/** Prints the script of one shell. */
export async function runCompletion({ args, print }: ProgramContext): Promise<void> {
  const shells = Object.keys(SCRIPTS);
  const command = defineCommand({
    name: "hearth completion",
    description: "Print the script with which a shell completes programs, commands and options.",
    examples: [
      ["hearth completion bash >> ~/.bashrc", "bash, from the next shell on"],
      ["hearth completion zsh > ~/.zfunc/_hearth", "zsh, where ~/.zfunc is in its fpath"],
      ["hearth completion fish > ~/.config/fish/conf.d/hearth.fish", "fish"],
    ],
  }).argument("<shell>", `one of ${shells.join(", ")}`);
  if (parseCommand(command, args) === "done") return;
  const [shell] = command.processedArgs;
  const path = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
  if (path === undefined) {
    throw usageFault(
      `Unknown shell "${shell}", must be one of ${shells.join(", ")}`,
      "hearth completion",
    );
  }
  print(await Deno.readTextFile(new URL(`../systemd/${path}`, import.meta.url)));
}
