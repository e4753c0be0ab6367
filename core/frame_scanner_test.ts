import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { concat, cut, decodeFrames, encodeFrame, fragmented } from "./frame_fixture.ts";
import { FrameScanner } from "./frame_scanner.ts";

const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 10 });

Deno.test("FrameScanner.push() agrees with a plain reader wherever the stream is cut", () => {
  const stream = fc.array(fc.string({ maxLength: 400 }).chain(fragmented), { maxLength: 4 });
  fc.assert(
    fc.property(stream, sizes, (messages, pieceSizes) => {
      const frames = messages.flat();
      const bytes = concat(frames.map(encodeFrame));
      const payloads: number[] = [];
      const seen: [number, boolean, number][] = [];
      const scanner = new FrameScanner({
        onPayload: (piece, from, to) => payloads.push(...piece.subarray(from, to)),
        onFrameEnd: (header) => seen.push([header.opcode, header.isFinal, header.payloadBytes]),
      });
      for (const piece of cut(bytes, pieceSizes)) scanner.push(piece);

      const wanted = decodeFrames(bytes);
      deepStrictEqual(seen, wanted.map((f) => [f.opcode, f.isFinal, f.payload.length]));
      const masked = frames.flatMap((f) => [
        ...f.payload.map((byte, at) => byte ^ (f.mask?.[at % 4] ?? 0)),
      ]);
      deepStrictEqual(payloads, masked);
      strictEqual(scanner.frames, wanted.length);
      strictEqual(scanner.messages, messages.length);
      strictEqual(scanner.isAtBoundary, true);
    }),
    { numRuns: 5_000 },
  );
});

for (const size of [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]) {
  Deno.test(`FrameScanner.push() follows a frame of ${size} bytes to its last one`, () => {
    const bytes = encodeFrame({ isFinal: true, opcode: 1, payload: new Uint8Array(size) });
    const scanner = new FrameScanner();

    const early = scanner.push(bytes.subarray(0, -1));
    const wasAtBoundary = scanner.isAtBoundary;
    const late = scanner.push(bytes.subarray(-1));

    strictEqual(early, -1);
    strictEqual(wasAtBoundary, false);
    strictEqual(late, 1);
    strictEqual(scanner.largestMessageBytes, size);
  });
}

for (const size of [2 ** 31, 2 ** 32 + 5]) {
  Deno.test(`FrameScanner.push() steps over a payload of ${size} bytes`, () => {
    const header = Uint8Array.of(129, 127, 0, 0, 0, 0, 0, 0, 0, 0);
    new DataView(header.buffer).setBigUint64(2, BigInt(size));
    const scanner = new FrameScanner();
    const piece = new Uint8Array(1 << 24);

    scanner.push(header);
    for (let left = size; left > 0; left -= piece.length) {
      ok(!scanner.isAtBoundary);
      scanner.push(piece.subarray(0, Math.min(left, piece.length)));
    }

    strictEqual(scanner.isAtBoundary, true);
    strictEqual(scanner.largestMessageBytes, size);
  });
}

Deno.test("FrameScanner.push() tells where the last frame of a piece ends", () => {
  const first = encodeFrame({ isFinal: true, opcode: 1, payload: new Uint8Array(3) });
  const second = encodeFrame({ isFinal: true, opcode: 1, payload: new Uint8Array(9) });
  const scanner = new FrameScanner();

  const boundary = scanner.push(concat([first, first, second.subarray(0, 4)]));

  strictEqual(boundary, 2 * first.length);
});

Deno.test("FrameScanner.push() survives random bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), sizes, (bytes, pieceSizes) => {
      const whole = new FrameScanner();
      const pieces = new FrameScanner();
      whole.push(bytes);
      for (const piece of cut(bytes, pieceSizes)) pieces.push(piece);

      strictEqual(pieces.frames, whole.frames);
      strictEqual(pieces.isAtBoundary, whole.isAtBoundary);
    }),
    { numRuns: 100_000 },
  );
});

Deno.test("FrameScanner.closeCode is what the Close frame says wherever the stream is cut", () => {
  const mask = fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 }), { nil: undefined });
  fc.assert(fc.property(fc.nat(65_535), mask, fc.nat(20), sizes, (code, mask, more, pieceSizes) => {
    const payload = new Uint8Array(2 + more);
    new DataView(payload.buffer).setUint16(0, code);
    const scanner = new FrameScanner();
    const bytes = encodeFrame({ isFinal: true, opcode: 8, payload, mask });

    for (const piece of cut(bytes, pieceSizes)) scanner.push(piece);

    strictEqual(scanner.closeCode, code);
    strictEqual(scanner.hasClosed, true);
  }));
});

Deno.test("FrameScanner.closeCode stays undefined when the Close frame gives none", () => {
  for (const payload of [new Uint8Array(0), new Uint8Array(1)]) {
    const scanner = new FrameScanner();

    scanner.push(encodeFrame({ isFinal: true, opcode: 8, payload }));

    strictEqual(scanner.closeCode, undefined);
    strictEqual(scanner.hasClosed, true);
  }
});
