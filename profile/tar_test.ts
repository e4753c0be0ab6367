/**
 * Writing and reading tar archives, against each other and against the system's tar.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { runCommand } from "../core/process.ts";
import { readTar, TarError } from "./read_tar.ts";
import { BLOCK, padded, type TarEntry, tarHeader } from "./tar_header.ts";

interface Written {
  readonly path: string;
  readonly content: Uint8Array;
}

const CONTENT = fc.uint8Array({ maxLength: 2_000 });
const PATH = fc.array(
  fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" })
    .filter((name) => !/[/\0\n]|^\.\.?$/.test(name) && name.isWellFormed()),
  { minLength: 1, maxLength: 6 },
).map((parts) => parts.join("/"));
const FILES = fc.uniqueArray(
  fc.record({ path: PATH, content: CONTENT }, { noNullPrototype: true }),
  {
    maxLength: 8,
    selector: ({ path }) => path,
  },
);

Deno.test("readTar() gives back what tarHeader() announced, however the bytes arrive", async () => {
  await fc.assert(
    fc.asyncProperty(FILES, fc.integer({ min: 1, max: 3_000 }), async (files, cut) => {
      const read: Written[] = [];
      for await (const entry of readTar(pieces(archive(files), cut))) {
        assert.equal(entry.kind, "file");
        read.push({ path: entry.path, content: await collect(entry.content) });
      }

      assert.deepEqual(read, files);
    }),
  );
});

Deno.test("readTar() finds the next entry when a content was left unread", async () => {
  const files = ["a", "b"].map((path) => ({ path, content: new Uint8Array(1_500).fill(7) }));

  const paths: string[] = [];
  for await (const { path } of readTar(pieces(archive(files), 100))) paths.push(path);

  assert.deepEqual(paths, ["a", "b"]);
});

Deno.test("readTar() says so wherever an archive ends too early, and never hangs", async () => {
  const whole = archive([{ path: "a", content: new Uint8Array(700) }]);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 2 * BLOCK - 1 }), async (at) => {
      await assert.rejects(async () => {
        for await (const entry of readTar(pieces(whole.subarray(0, at), 300))) void entry;
      }, TarError);
    }),
  );
});

Deno.test("readTar() throws nothing but its own error for any bytes", async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (bytes) => {
    try {
      for await (const entry of readTar(pieces(bytes, 512))) void entry;
    } catch (error) {
      assert.ok(error instanceof TarError);
    }
  }));
});

Deno.test("the system's tar unpacks what tarHeader() announces", async () => {
  const directory = await Deno.makeTempDir({ prefix: "hearth-tar-" });
  const files = [
    { path: "short", content: new TextEncoder().encode("one") },
    { path: `${"long/".repeat(60)}name`, content: new Uint8Array(5_000).fill(1) },
    { path: "https_grüße.example_0.indexeddb.leveldb/CURRENT", content: new Uint8Array(0) },
  ];
  await Deno.writeFile(`${directory}/a.tar`, archive(files));

  const { code, stderr } = await runCommand("tar", ["-C", directory, "-xf", `${directory}/a.tar`]);

  assert.equal(code, 0, stderr);
  for (const { path, content } of files) {
    assert.deepEqual(await Deno.readFile(`${directory}/${path}`), content);
  }
  await Deno.remove(directory, { recursive: true });
});

for (const format of ["ustar", "gnu", "pax", "v7"]) {
  Deno.test(`readTar() reads what the system's tar writes as ${format}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "hearth-tar-" });
    const deep = format === "v7" ? "deep" : "deep/".repeat(25) + "end";
    await Deno.mkdir(`${directory}/in/${deep}`, { recursive: true });
    await Deno.writeTextFile(`${directory}/in/${deep}/file`, "content");
    await Deno.symlink("nowhere-1", `${directory}/in/SingletonLock`);
    const file = `${directory}/a.tar`;
    const args = [`--format=${format}`, "-C", `${directory}/in`, "-cf", file, "."];
    assert.equal((await runCommand("tar", args)).code, 0);

    const seen = new Map<string, string>();
    for await (const entry of readTar((await Deno.open(file)).readable)) {
      const text = new TextDecoder().decode(await collect(entry.content));
      seen.set(entry.path, `${entry.kind} ${text}`.trim());
    }

    assert.equal(seen.get(`./${deep}/file`), "file content");
    assert.equal(seen.get("./SingletonLock"), "other");
    assert.equal(seen.get("./"), "directory");
    await Deno.remove(directory, { recursive: true });
  });
}

function archive(files: readonly Written[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { path, content } of files) {
    const entry: TarEntry = {
      path,
      kind: "file",
      size: content.length,
      mode: 0o600,
      mtimeSeconds: 1_700_000_000,
    };
    const body = new Uint8Array(padded(content.length));
    body.set(content);
    parts.push(tarHeader(entry), body);
  }
  parts.push(new Uint8Array(2 * BLOCK));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: number[] = [];
  for await (const chunk of chunks) parts.push(...chunk);
  return new Uint8Array(parts);
}
