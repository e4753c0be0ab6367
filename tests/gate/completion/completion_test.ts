/**
 * The completion scripts in real shells: bash and zsh on a terminal with the Tab key, fish by its own
 * question.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../../../core/process.ts";
import { HOST_PROGRAMS } from "../../../provision/programs/host_programs.ts";
import { ROOT } from "../repository.ts";
import { bashScript } from "./bash_script.ts";
import { commandTree, valueKind } from "./command_tree.ts";
import { fishScript } from "./fish_script.ts";
import { zshScript } from "./zsh_script.ts";

/** What is typed, with \t where Tab is pressed, and the words the program gets. */
const TYPED: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["hearth to\tn\t--su\tada", ["token", "new", "--subject", "ada"]],
  ["hearth up --da\tREA\t", ["up", "--data", "READING"]],
  ["hearth verify --snap\tREADM\t", ["verify", "--snapshot", "README.md"]],
  ["hearth completion zs\t", ["completion", "zsh"]],
  ["t3-autoupdate --dr\t", ["--dry-run"]],
  ["hearth-roster val\tREADM\t", ["validate", "README.md"]],
  ["hearth-provision apply --user roo\t", ["apply", "--user", "root"]],
];

/** Types the lines into a shell on a terminal; what the programs got, in order. */
async function typeInto(shell: string, setUp: readonly string[]): Promise<readonly string[]> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-completion-" });
  try {
    await Deno.mkdir(`${directory}/READING`);
    await Deno.writeTextFile(`${directory}/README.md`, "");
    const programs = ["hearth", ...HOST_PROGRAMS.map(({ name }) => name)];
    // Each writes down what it was given.
    const bodies = programs.map((name) => `${name}() { echo "$@" >>"${directory}/got"; }`);
    await Deno.writeTextFile(`${directory}/.setup`, [...setUp, ...bodies, ""].join("\n"));
    const typed = [". ./.setup", ...TYPED.map(([line]) => line), "exit", ""].join("\n");
    await Deno.writeTextFile(`${directory}/.typed`, typed);
    const { stdout } = await runCommand("sh", [
      ...["-c", `cd "$1" && exec script -qec "$2" /dev/null <.typed`, "sh", directory, shell],
    ], { deadlineMs: 60_000, env: { PATH: Deno.env.get("PATH") ?? "", TERM: "xterm" } });
    const got = await Deno.readTextFile(`${directory}/got`).catch(() => {
      throw new Error(`No program was started: ${stdout}`);
    });
    return got.trimEnd().split("\n").map((line) => line.trim().replace(/\/$/, ""));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
const EXPECTED = TYPED.map(([, words]) => words.join(" "));

Deno.test("bash completes commands, options and their values when Tab is pressed", async () => {
  const got = await typeInto("bash --norc --noprofile -i", [
    "bind 'set bell-style none'",
    `source ${ROOT}systemd/bash_completion.d/hearth`,
  ]);

  assert.deepEqual(got, EXPECTED);
});

Deno.test("zsh completes commands, options and their values when Tab is pressed", async () => {
  const got = await typeInto("zsh -f -i", [
    `fpath=(${ROOT}systemd/zsh $fpath)`,
    "autoload -Uz compinit && compinit -u -D",
    "unsetopt beep zle_bracketed_paste",
  ]);

  assert.deepEqual(got, EXPECTED);
});

Deno.test("fish completes commands, options and their values, with what each does", async () => {
  const ask = async (line: string) => {
    const { code, stdout, stderr } = await runCommand("fish", [
      ...["--no-config", "-c"],
      `source ${ROOT}systemd/fish/hearth.fish; complete --do-complete '${line}'`,
    ], { deadlineMs: 60_000 });
    assert.deepEqual([code, stderr], [0, ""], line);
    return stdout.trimEnd().split("\n").map((each) => each.split("\t")[0]);
  };

  assert.deepEqual(await ask("hearth to"), ["token"]);
  assert.deepEqual(await ask("hearth token "), ["check", "new"]);
  assert.deepEqual(await ask("hearth token new --su"), ["--subject"]);
  assert.deepEqual(await ask("t3-autoupdate --dr"), ["--dry-run"]);
  assert.deepEqual(await ask("hearth completion "), ["bash", "fish", "zsh"]);
});

Deno.test("scripts keep what a description says when it has what shells care for", () => {
  const does = `it's [one]: "two"\\three`;
  const command = {
    name: "a",
    commands: { b: does },
    options: [{ name: "--c", does, value: "file" }],
    arguments: [],
    environment: [],
    help: "",
  };
  const tree = commandTree([command, { ...command, name: "a b", commands: {} }], [
    { name: "a", command: "a" },
  ]);

  assert.match(bashScript(tree), /'a'\) commands='b' options='--c' ;;/);
  assert.ok(fishScript(tree).includes(`-a b -d 'it\\'s [one]: "two"\\\\three'`));
  assert.ok(zshScript(tree).includes(`'--c[it'\\''s \\[one\\]\\: "two"\\\\three]:file:_files'`));
  assert.throws(() => commandTree([command], [{ name: "x", command: "y" }]), /Cannot complete "x"/);
  assert.deepEqual(["dir", "user", "time"].map(valueKind), ["directory", "account", "text"]);
});
