import assert from "node:assert/strict";
import { isWebOrigin, parseStorageState, StorageStateError } from "./storage_state.ts";

const CORPUS = new URL("../tests/corpora/storage_state/", import.meta.url);

Deno.test("parseStorageState() accepts every valid file of the corpus", async () => {
  let count = 0;
  for await (const entry of Deno.readDir(new URL("valid/", CORPUS))) {
    parseStorageState(await Deno.readTextFile(new URL(`valid/${entry.name}`, CORPUS)));
    count++;
  }
  assert.ok(count > 0);
});

Deno.test("parseStorageState() refuses every invalid file of the corpus for the reason in its name", async () => {
  let count = 0;
  for await (const entry of Deno.readDir(new URL("invalid/", CORPUS))) {
    const text = await Deno.readTextFile(new URL(`invalid/${entry.name}`, CORPUS));
    // "cookies.0.sameSite__Invalid option.json": where, and how the sentence begins.
    const [where = "", what = ""] = entry.name.replace(/\.\w+$/, "").split("__");

    assert.throws(() => parseStorageState(text), (error) => {
      assert.ok(error instanceof StorageStateError);
      assert.ok(error.message.includes(where), `${entry.name}: ${error.message}`);
      assert.ok(error.message.includes(what), `${entry.name}: ${error.message}`);
      assert.ok(!error.message.includes("\n"));
      return true;
    });
    count++;
  }
  assert.ok(count >= 12);
});

Deno.test("parseStorageState() never repeats a value, which may be a secret", () => {
  for (const text of ['{"cookies":"s3cret"', '{"cookies":[{"value":"s3cret"}]}', "s3cret"]) {
    assert.throws(() => parseStorageState(text), (error) => !String(error).includes("s3cret"));
  }
});

Deno.test("isWebOrigin() accepts exactly scheme, host and port", () => {
  for (const origin of ["https://example.com", "http://localhost:1", "http://[::1]:8"]) {
    assert.ok(isWebOrigin(origin), origin);
  }
  for (
    const other of [
      "https://example.com/",
      "https://example.com:443",
      "https://Example.com",
      "ftp://example.com",
      "null",
      "example.com",
      "https://",
      "https://a b",
    ]
  ) assert.ok(!isWebOrigin(other), other);
});
