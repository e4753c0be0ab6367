/**
 * @module
 */
import assert from "node:assert/strict";
import { Fault } from "./fault.ts";
import { readTokenFile } from "./token_file.ts";

async function withFile(text: string | undefined, work: (path: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/token`;
  try {
    if (text !== undefined) await Deno.writeTextFile(path, text);
    await work(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readTokenFile() takes the word without the white space around it", async () => {
  await withFile("  0123456789abcdef\n", async (path) => {
    assert.equal((await readTokenFile(path, "the token")).reveal(), "0123456789abcdef");
  });
});

Deno.test.each([
  ["nothing", ""],
  ["too little", "0123456789abcde"],
  ["two words", "0123456789 abcdef"],
  ["a letter no header can hold", "0123456789abcdéf"],
])("readTokenFile() refuses a file with %s, and does not show it", async (_, text) => {
  await withFile(text, async (path) => {
    await assert.rejects(readTokenFile(path, "the token of the ingress"), (error) => {
      assert.ok(error instanceof Fault);
      assert.equal(error.code, "config");
      assert.equal(
        error.message,
        `Cannot use the token of the ingress "${path}": must be one word of at least 16 characters`,
      );
      return true;
    });
  });
});

Deno.test("readTokenFile() names the file that is not there", async () => {
  await withFile(undefined, async (path) => {
    await assert.rejects(readTokenFile(path, "BRIDGE_TOKEN_FILE"), (error) => {
      assert.ok(error instanceof Fault);
      assert.ok(error.cause instanceof Deno.errors.NotFound);
      assert.match(error.message, /^Cannot read BRIDGE_TOKEN_FILE ".+": /);
      return true;
    });
  });
});
