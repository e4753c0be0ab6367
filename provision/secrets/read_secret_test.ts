/**
 * @module
 */
import assert from "node:assert/strict";
import { readSecret } from "./read_secret.ts";

const deps = (env: Readonly<Record<string, string>>) => ({
  env: { get: (name: string) => env[name] },
  readVault: () => Promise.reject(new Error("Vault was asked")),
});

Deno.test("readSecret() reads a file without the newline at its end", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "s3cret\n");

    const result = await readSecret({ kind: "file", path }, deps({}));

    assert.ok(result.kind === "value");
    assert.equal(result.secret.reveal(), "s3cret");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test.each(
  [
    ["is missing", undefined, "absent"],
    ["is empty", new Uint8Array([10]), "absent"],
    ["is no text", new Uint8Array([0xff, 0xfe]), "refused"],
    ["is too large", new Uint8Array(1024 * 1024 + 1), "refused"],
  ] as const,
)("readSecret() says why when a file %s", async (_, content, kind) => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/token`;
    if (content !== undefined) await Deno.writeFile(path, content);

    const result = await readSecret({ kind: "file", path }, deps({}));

    assert.equal(result.kind, kind);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("readSecret() refuses a directory", async () => {
  const result = await readSecret({ kind: "file", path: "/etc" }, deps({}));

  assert.equal(result.kind, "refused");
});

Deno.test("readSecret() reads a variable, and finds none when it is empty", async () => {
  const env = deps({ TOKEN: "s3cret", EMPTY: " " });

  const found = await readSecret({ kind: "env", name: "TOKEN" }, env);
  const empty = await readSecret({ kind: "env", name: "EMPTY" }, env);
  const missing = await readSecret({ kind: "env", name: "OTHER" }, env);

  assert.ok(found.kind === "value");
  assert.equal(found.secret.reveal(), "s3cret");
  assert.deepEqual([empty.kind, missing.kind], ["absent", "absent"]);
});
