import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteSource } from "./byte_source.ts";

/** A reader that gives bytes in pieces of these sizes. */
function readerOf(bytes: Uint8Array, sizes: readonly number[]) {
  let at = 0;
  let turn = 0;
  return {
    async read(into: Uint8Array): Promise<number | null> {
      await Promise.resolve();
      if (at >= bytes.length) return null;
      const size = Math.min(into.length, sizes[turn++ % sizes.length] ?? 1, bytes.length - at);
      into.set(bytes.subarray(at, at + size));
      at += size;
      return size;
    },
  };
}

Deno.test("ByteSource gives every byte once, in order, whichever way it is read", async () => {
  const steps = fc.array(fc.constantFrom("wait", "piece", "half", "take"), { maxLength: 30 });
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), sizes, steps, async (bytes, sizes, how) => {
      const source = new ByteSource(readerOf(bytes, sizes));
      const seen: number[] = [];

      for (const step of how) {
        if (step === "wait") await source.waitForByte();
        else if (step === "take") seen.push(...source.takePending());
        else {
          const waiting = step === "piece" ? source.waitForByte() : undefined;
          const piece = await source.readPiece();
          await waiting;
          if (piece === undefined) continue;
          const cut = step === "half" ? piece.length >> 1 : piece.length;
          seen.push(...piece.subarray(0, cut));
          if (cut < piece.length) source.putBack(piece.subarray(cut));
        }
      }
      for (let piece = await source.readPiece(); piece; piece = await source.readPiece()) {
        seen.push(...piece);
      }

      assert.deepEqual(seen, [...bytes]);
      assert.equal(await source.waitForByte(), false);
    }),
  );
});
