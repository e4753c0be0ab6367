/**
 * Every root program has a permission set, keeps to it, and has a command line with manners.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../../core/process.ts";
import { readDenoConfig, ROOT, rootPrograms } from "./repository.ts";

const NEVER_BARE = ["net", "run", "env", "read", "write", "ffi", "import"];
const deadlineMs = 120_000;

for (const name of rootPrograms()) {
  Deno.test(`${name} has a permission set of its own`, () => {
    const { permissions } = readDenoConfig();

    assert.ok(permissions[name] !== undefined, `deno.json has no permission set "${name}"`);
  });

  Deno.test(`${name} prints its help when it runs under its set`, async () => {
    const result = await runProgram(name, "--help");

    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /^Usage: /);
    assert.match(result.stdout, /--help/);
    assert.equal(result.stderr, "");
  });

  Deno.test(`${name} exits 2 with one line when a flag is unknown`, async () => {
    const result = await runProgram(name, "--no-such-flag");

    assert.equal(result.code, 2, result.stderr);
    assert.equal(result.stdout, "");
    assert.match(result.stderr, /^[^\n]*--no-such-flag[^\n]*\n$/);
  });
}

for (const [name, set] of Object.entries(readDenoConfig().permissions)) {
  Deno.test(`permission set "${name}" names what it allows`, () => {
    assert.equal(set.all, undefined, 'a set may not have "all"');
    for (const kind of NEVER_BARE) {
      const value = set[kind];
      const allow = typeof value === "object" && value !== null && "allow" in value
        ? value.allow
        : value;
      assert.notEqual(allow, true, `"${kind}" may not be a bare true`);
    }
  });
}

function runProgram(name: string, flag: string) {
  const args = ["run", "-q", "--no-prompt", "--frozen", `-P=${name}`, `${ROOT}${name}.ts`, flag];
  return runCommand(Deno.execPath(), args, { deadlineMs, env: { NO_COLOR: "1" } });
}
