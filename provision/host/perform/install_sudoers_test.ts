/**
 * With the real visudo.
 *
 * @module
 */
import assert from "node:assert/strict";
import { digestOf } from "../../digest.ts";
import { DONE } from "../../item.ts";
import { runTool } from "../../real/run_tool.ts";
import { installSudoers } from "./install_sudoers.ts";

const needsRoot = { ignore: Deno.uid() !== 0 };
const GOOD = "ada ALL=(root) NOPASSWD: /usr/local/bin/t3-mint\n";
const bytes = (text: string) => new TextEncoder().encode(text);

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-sudoers-" });
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const install = (path: string, text: string, before?: string) =>
  installSudoers({
    kind: "install_sudoers",
    path,
    content: bytes(text),
    before: before === undefined ? undefined : digestOf(bytes(before)),
  }, { runTool });

Deno.test(
  "installSudoers() puts a file there when visudo accepts it",
  needsRoot,
  () =>
    inDirectory(async (directory) => {
      const path = `${directory}/t3-autopair`;

      const outcome = await install(path, GOOD);

      assert.deepEqual(outcome, DONE);
      assert.equal(await Deno.readTextFile(path), GOOD);
      assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o7777, 0o440);
      assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name), ["t3-autopair"]);
    }),
);

Deno.test(
  "installSudoers() leaves the old file when visudo refuses the new one",
  needsRoot,
  () =>
    inDirectory(async (directory) => {
      const path = `${directory}/t3-autopair`;
      await install(path, GOOD);

      const outcome = await install(path, "ada ALL=(root NOPASSWD /bin/sh\n", GOOD);

      assert.ok(!outcome.isDone);
      assert.match(outcome.error, /^Cannot write .*t3-autopair: visudo refuses it: .*syntax error/);
      assert.equal(await Deno.readTextFile(path), GOOD);
      assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name), ["t3-autopair"]);
    }),
);

Deno.test(
  "installSudoers() refuses when somebody changed the file meanwhile",
  needsRoot,
  () =>
    inDirectory(async (directory) => {
      const path = `${directory}/t3-autopair`;
      await install(path, GOOD);

      const outcome = await install(path, GOOD.replace("ada", "grace"), "what was planned on");

      assert.ok(!outcome.isDone);
      assert.match(outcome.error, /changed since it was planned/);
      assert.equal(await Deno.readTextFile(path), GOOD);
    }),
);

Deno.test(
  "installSudoers() removes what a killed run left",
  needsRoot,
  () =>
    inDirectory(async (directory) => {
      const path = `${directory}/t3-autopair`;
      await Deno.writeTextFile(`${directory}/.t3-autopair.${crypto.randomUUID()}.candidate`, "x");

      const outcome = await install(path, GOOD);

      assert.deepEqual(outcome, DONE);
      assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name), ["t3-autopair"]);
    }),
);
