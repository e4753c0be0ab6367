/**
 * What the unit of an MCP server does before it starts the server.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type CommandResult, runCommand } from "../core/process.ts";
import { unitText, valuesOf } from "../tests/support/units.ts";

Deno.test("playwright-mcp@.service reads the copy that a refresh writes", () => {
  const [command = ""] = valuesOf(unitText("playwright-mcp@.service"), "ExecStart");

  // The defaults of refresh: ~/.cache/playwright-shared-storage-state.json, and its script.
  const copy = "/home/%i/.cache/playwright-shared-storage-state";
  assert.match(command, / --isolated /);
  assert.ok(command.includes(` --storage-state ${copy}.json `), command);
  assert.ok(command.includes(` --init-script ${copy}.init.js `), command);
  assert.doesNotMatch(command, /--no-sandbox/);
});

Deno.test("playwright-mcp@.service makes what the server needs when nothing was fetched", async () => {
  const home = await Deno.makeTempDir();
  try {
    const first = await runPreparation(home, { PLAYWRIGHT_PORT: "8931" });
    const copy = `${home}/.cache/playwright-shared-storage-state`;
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(`${copy}.json`)), {
      cookies: [],
      origins: [],
    });
    assert.notEqual((await Deno.stat(`${copy}.init.js`)).size, 0);
    assert.equal(((await Deno.stat(`${copy}.json`)).mode ?? 0) & 0o777, 0o600);

    await Deno.writeTextFile(`${copy}.json`, "fetched");
    const second = await runPreparation(home, { PLAYWRIGHT_PORT: "8931" });

    assert.equal(second.code, 0, second.stderr);
    assert.equal(await Deno.readTextFile(`${copy}.json`), "fetched");
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("playwright-mcp@.service does not start when the port is missing", async () => {
  const home = await Deno.makeTempDir();
  try {
    const { code, stderr } = await runPreparation(home, { PLAYWRIGHT_PORT: "" });

    assert.notEqual(code, 0);
    assert.match(stderr, /PLAYWRIGHT_PORT: is not set/);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

/** Runs `ExecStartPre=` of the MCP server, unquoted as systemd does, in another home. */
async function runPreparation(
  home: string,
  env: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  const [line = ""] = valuesOf(unitText("playwright-mcp@.service"), "ExecStartPre");
  const [, program, flags, script] = line.match(/^(\S+) (-\w+) '([^']*)'$/) ?? [];
  assert.ok(program !== undefined && flags !== undefined && script !== undefined, line);
  const text = script.replaceAll("$$", "$").replaceAll('\\\\"', '\\"').replaceAll("/home/%i", home);
  return await runCommand(program, [flags, text], { env });
}
