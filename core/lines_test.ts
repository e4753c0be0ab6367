/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { readLines } from "./lines.ts";

const LONGEST = 65_536;

async function linesOf(chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<string[]> {
  const lines: string[] = [];
  await readLines(ReadableStream.from(chunks), (line) => lines.push(line));
  return lines;
}

/** What the contract says of a whole text. */
function expectedLines(bytes: Uint8Array): string[] {
  const lines = new TextDecoder().decode(bytes).split("\n");
  const last = lines.pop() ?? "";
  const whole = lines.map((line) => line.replace(/\r$/, ""));
  if (last !== "") whole.push(last);
  return whole.flatMap((line) => {
    const pieces = [line.slice(0, LONGEST)];
    for (let at = LONGEST; at < line.length; at += LONGEST) {
      pieces.push(line.slice(at, at + LONGEST));
    }
    return pieces;
  });
}

function cut(bytes: Uint8Array<ArrayBuffer>, places: readonly number[]): Uint8Array<ArrayBuffer>[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.slice(from, at[index] ?? bytes.length));
}

const text = fc.array(
  fc.oneof(fc.constantFrom("\n", "\r\n", "\r", "\n\n", "é", "🔥"), fc.string({ unit: "binary" })),
).map((parts) => new TextEncoder().encode(parts.join("")));

Deno.test("readLines() gives the same lines when the bytes are cut anywhere", async () => {
  const property = fc.asyncProperty(text, fc.array(fc.nat()), async (bytes, places) => {
    assert.deepEqual(await linesOf(cut(bytes, places)), expectedLines(bytes));
  });

  await fc.assert(property);
});

Deno.test("readLines() takes any bytes when they are no UTF-8", async () => {
  const property = fc.asyncProperty(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.nat()),
    async (some, places) => {
      const bytes = new Uint8Array(some);

      assert.deepEqual(await linesOf(cut(bytes, places)), expectedLines(bytes));
    },
  );

  await fc.assert(property);
});

Deno.test("readLines() cuts long lines the same way when the bytes are cut anywhere", async () => {
  const lengths = fc.constantFrom(-1, 0, 1, 2).chain((more) =>
    fc.constantFrom(1, 2).map((times) => times * LONGEST + more)
  );
  const property = fc.asyncProperty(
    lengths,
    fc.constantFrom("\n", "\r\n", "\r", ""),
    fc.array(fc.integer({ min: LONGEST - 3, max: 2 * LONGEST + 6 }), { maxLength: 4 }),
    async (length, end, places) => {
      const bytes = new TextEncoder().encode(`${"x".repeat(length)}${end}next`);

      assert.deepEqual(await linesOf(cut(bytes, places)), expectedLines(bytes));
    },
  );

  await fc.assert(property);
});

Deno.test("readLines() gives nothing when the stream is empty", async () => {
  assert.deepEqual(await linesOf([]), []);
});

Deno.test("readLines() rejects when the stream breaks, after the lines it saw", async () => {
  const lines: string[] = [];
  const stream = ReadableStream.from((async function* () {
    yield new TextEncoder().encode("one\ntw");
    await Promise.resolve();
    throw new Error("torn");
  })());

  await assert.rejects(readLines(stream, (line) => lines.push(line)), /torn/);

  assert.deepEqual(lines, ["one"]);
});
