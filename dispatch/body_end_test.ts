import assert from "node:assert/strict";
import fc from "fast-check";
import { ChunkCursor, LengthCursor } from "./body_end.ts";

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });

/** Feeds bytes in pieces, and says how many of them the cursor took. */
function feed(cursor: ChunkCursor | LengthCursor, bytes: Uint8Array, pieces: readonly number[]) {
  let at = 0;
  for (let turn = 0; at < bytes.length && !cursor.isDone && !cursor.isInvalid; turn++) {
    const piece = bytes.subarray(at, at + (pieces[turn % pieces.length] ?? 1));
    const taken = cursor.take(piece);
    at += taken;
    if (taken < piece.length) break;
  }
  return at;
}

Deno.test("ChunkCursor finds the end of every body wherever the stream is cut", () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 6 });
  fc.assert(
    fc.property(chunks, fc.uint8Array(), sizes, fc.boolean(), (chunks, next, pieces, up) => {
      const parts = chunks.flatMap((chunk) => {
        const size = chunk.length.toString(16);
        return [text(`${up ? size.toUpperCase() : `0${size}`}\r\n`), chunk, text("\r\n")];
      });
      const body = joined([...parts, text("0\r\n\r\n")]);
      const cursor = new ChunkCursor({ allowsTrailers: false });

      const taken = feed(cursor, joined([body, next]), pieces);

      assert.equal(cursor.isDone, true);
      assert.equal(taken, body.length);
    }),
  );
});

Deno.test("ChunkCursor refuses what another reader could read otherwise", () => {
  const invalid = [
    "\r\n",
    "5;a=b\r\nhello\r\n0\r\n\r\n",
    "5 \r\nhello\r\n0\r\n\r\n",
    "5\nhello\n0\n\n",
    "5\rhello",
    "5\r\nhello0\r\n\r\n",
    "0x5\r\nhello\r\n0\r\n\r\n",
    "-5\r\n",
    "100000000\r\n",
    "5\r\nhello\r\n0\r\nX-Authentik-Username: bob\r\n\r\n",
  ];

  for (const body of invalid) {
    const cursor = new ChunkCursor({ allowsTrailers: false });
    feed(cursor, text(body), [3]);
    assert.deepEqual([cursor.isInvalid, cursor.isDone], [true, false], JSON.stringify(body));
  }
});

Deno.test("ChunkCursor takes trailers when they are allowed", () => {
  const cursor = new ChunkCursor({ allowsTrailers: true });
  const body = "5\r\nhello\r\n0\r\nServer-Timing: x\r\n\r\n";

  assert.equal(feed(cursor, text(`${body}HTTP/1.1`), [4]), body.length);
  assert.equal(cursor.isDone, true);
});

Deno.test("LengthCursor takes no byte more than the body has", () => {
  fc.assert(fc.property(fc.nat(100), fc.nat(100), sizes, (size, more, pieces) => {
    const cursor = new LengthCursor(size);

    assert.equal(feed(cursor, new Uint8Array(size + more), pieces), size);
    assert.equal(cursor.isDone, true);
  }));
});

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
