import assert from "node:assert/strict";
import { cliText, commandPages } from "./cli_reference.ts";

Deno.test("commandPages() asks subcommands of subcommands, each below its parent", async () => {
  const pages = await commandPages(["mint", "hearth"]);

  const names = pages.map(({ words }) => words.join(" "));
  assert.deepEqual(names.slice(0, 3), ["mint", "hearth", "hearth up"]);
  assert.deepEqual(names.filter((name) => name.startsWith("hearth token")), [
    "hearth token",
    "hearth token new",
    "hearth token check",
  ]);
  assert.ok(names.indexOf("hearth token check") < names.indexOf("hearth verify"));
  assert.match(cliText(pages), /^## `mint\.ts`\n\nOn a dev box: `t3-mint`\.\n\n```text\nUsage: /);
});

Deno.test("commandPages() fails when a program has no help", async () => {
  await assert.rejects(commandPages(["no_such_program"]), /Cannot get the help of no_such_program/);
});
