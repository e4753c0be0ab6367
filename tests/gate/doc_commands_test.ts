/**
 * Every command in the documentation is one that would be understood: shells parse the blocks, and
 * our own programs know the tasks, commands and options; units and paths are there.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { CommandDescription } from "../../core/command.ts";
import { runCommand } from "../../core/process.ts";
import { HOST_PROGRAMS } from "../../provision/programs/host_programs.ts";
import { UNITS } from "../support/units.ts";
import { commandFault, type KnownCommands, ourCommands, shellTexts } from "./doc_commands.ts";
import { codeBlocks } from "./markdown.ts";
import { readDenoConfig, repositoryFiles, ROOT } from "./repository.ts";

/** Pages that people write; those that are made hold what programs say. */
const PAGES = repositoryFiles()
  .filter((path) => path.endsWith(".md") && path !== "docs/reference/cli.md")
  .map((path) => [path, Deno.readTextFileSync(`${ROOT}${path}`)] as const);

function knownCommands(): KnownCommands {
  const { tasks } = readDenoConfig() as unknown as { tasks: Record<string, { command: string }> };
  const text = Deno.readTextFileSync(`${ROOT}docs/reference/commands.json`);
  const commands: readonly CommandDescription[] = JSON.parse(text);
  return {
    commands: new Map(commands.map((each) => [each.name, each])),
    tasks: Object.fromEntries(Object.entries(tasks).map(([name, { command }]) => [name, command])),
  };
}

Deno.test("every command of ours in the documentation is one there is", () => {
  const known = knownCommands();
  const commands = PAGES.flatMap(([path, page]) => ourCommands(path, page));

  assert.ok(commands.length > 100, `${commands.length}`);
  assert.deepEqual(
    commands.map(({ page, text }) => [page, text, commandFault(text, known)])
      .filter(([, , fault]) => fault !== undefined),
    [],
  );
  for (
    const wrong of [
      "deno task upp",
      "deno task up --port 1",
      "deno task demo now",
      "npx -y deno@2.9.6 task token give",
      "hearth-provision plan --jsn",
      "deno run -P=harvester harvester.ts --lst",
      "t3-autoupdate rollback",
    ]
  ) assert.notEqual(commandFault(wrong, known), undefined, wrong);
});

Deno.test("every command has examples, and they are understood", () => {
  const known = knownCommands();
  const page = Deno.readTextFileSync(`${ROOT}docs/reference/cli.md`);
  const helps = codeBlocks(page).filter(({ text }) => text.startsWith("Usage: "));

  assert.equal(helps.length, known.commands.size);
  for (const { text } of helps) {
    const [, examples] = /\nExamples:\n([\s\S]*?)(?:\n\n|$)/.exec(text) ?? [];
    const lines = examples?.split("\n").filter((line) => /^ {2}\S/.test(line)) ?? [];
    assert.ok(lines.length > 0, text);
    for (const line of lines) {
      const command = line.trim().split(/ {2,}/)[0] ?? "";
      // A variable before it, or what the shell does with its output, is none of its words.
      const words = command.replace(/^… \| /, "").replace(/^(?:[A-Z_0-9]+=\S+ )+/, "")
        .replace(/ [<>|].*$/, "");
      // What the system does with it is no command of ours.
      if (/^(?:curl|sudo|systemctl) /.test(words)) continue;
      assert.equal(commandFault(words, known), undefined, command);
    }
  }
});

Deno.test("a shell understands every block of the documentation", async () => {
  for (const [path, page] of PAGES) {
    for (const { language, line, text } of codeBlocks(page)) {
      if (language !== "sh" && language !== "bash") continue;
      // `sh` blocks are read with less: what they say must work in any shell.
      const shell = language === "sh" ? "dash" : "bash";
      const { code, stderr } = await runCommand(shell, ["-n", "-c", text]);
      assert.equal(code, 0, `${path}:${line}: ${stderr}`);
    }
  }
});

Deno.test("every unit in the documentation is one of ours, or of the system", () => {
  const bases = new Set([...UNITS.keys()].map((name) => name.replace(/\.\w+$/, "")));
  const named = PAGES.flatMap(([path, page]) =>
    shellTexts(page).flatMap((shell) =>
      [...shell.matchAll(/(?<![\w/.-])((?:t3|playwright)-[a-z0-9-]+@?)([\w*]*)(\.\w+)?/g)]
        .filter(([whole]) => !HOST_PROGRAMS.some(({ name }) => name === whole))
        .filter(([, , , suffix]) => /^\.(?:service|timer|socket)$/.test(suffix ?? ""))
        .map(([whole, base = ""]) => [path, whole, base] as const)
    )
  );

  assert.ok(named.length > 20);
  assert.deepEqual(named.filter(([, , base]) => !bases.has(base)), []);
});

Deno.test("every file of the repository that the documentation names is there", () => {
  const top = new Set([...Deno.readDirSync(ROOT)].map(({ name }) => name));
  const named = PAGES.flatMap(([path, page]) =>
    shellTexts(page).flatMap((shell) =>
      [...shell.matchAll(/(?<![\w/.~$@*{-])([a-z0-9_]+(?:\/[\w.-]+)*\/?)(?![\w/*{…])/g)]
        .map(([, file = ""]) => [path, file] as const)
        .filter(([, file]) => /^[a-z0-9_]+\//.test(file) && top.has(file.split("/")[0] ?? ""))
    )
  );

  assert.ok(named.length > 15, `${named.length}`);
  assert.deepEqual(named.filter(([, file]) => !exists(file)), []);
});

function exists(file: string): boolean {
  try {
    return Deno.statSync(`${ROOT}${file}`) !== undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
