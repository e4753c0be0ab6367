/**
 * The completion scripts, each where `systemd/` has it for a machine.
 *
 * @module
 */
import type { CommandDescription } from "../../../core/command.ts";
import { HOST_PROGRAMS } from "../../../provision/programs/host_programs.ts";
import { bashScript } from "./bash_script.ts";
import { type CommandTree, commandTree } from "./command_tree.ts";
import { fishScript } from "./fish_script.ts";
import { zshScript } from "./zsh_script.ts";

/** What is completed: `hearth`, and every program that a dev box has. */
export function completedCommands(descriptions: readonly CommandDescription[]): CommandTree {
  const installed = HOST_PROGRAMS.map(({ name, script, args }) => {
    const [first = ""] = args;
    return { name, command: first === "" ? script : `${script} ${first}` };
  });
  const names = [{ name: "hearth", command: "hearth" }, ...installed];
  const needed = new Set(names.map(({ command }) => command.split(" ")[0]));
  return commandTree(descriptions.filter(({ name }) => needed.has(name.split(" ")[0])), names);
}

/** Renders all of them. */
export function completionFiles(
  descriptions: readonly CommandDescription[],
): readonly { readonly path: string; readonly content: string }[] {
  const tree = completedCommands(descriptions);
  return [
    { path: "systemd/bash_completion.d/hearth", content: bashScript(tree) },
    { path: "systemd/zsh/_hearth", content: zshScript(tree) },
    { path: "systemd/fish/hearth.fish", content: fishScript(tree) },
  ];
}
