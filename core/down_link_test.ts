import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { DownLink } from "./down_link.ts";
import { concat, cut, decodeFrames, encodeFrame, type TestFrame } from "./frame_fixture.ts";
import { renderCloseFrame, renderTextFrame } from "./frame_writer.ts";

/** A client that takes as much at once as it is told, and keeps it. */
function slowWriter(sizes: readonly number[]) {
  const taken: Uint8Array[] = [];
  let turn = 0;
  return {
    taken,
    async write(bytes: Uint8Array): Promise<number> {
      const size = Math.max(1, sizes[turn++ % sizes.length] ?? 1);
      const part = bytes.slice(0, size);
      await Promise.resolve();
      taken.push(part);
      return part.length;
    },
  };
}

const frame: fc.Arbitrary<TestFrame> = fc.record({
  isFinal: fc.constant(true),
  opcode: fc.constant(1),
  payload: fc.uint8Array({ maxLength: 200 }),
});
const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 });

Deno.test("DownLink.inject() puts frames between two of the browser's, whenever it is called", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(frame, { minLength: 1, maxLength: 8 }),
      sizes,
      sizes,
      fc.array(fc.nat(20), { maxLength: 5 }),
      async (frames, cuts, writes, moments) => {
        const writer = slowWriter(writes);
        const link = new DownLink(writer);
        const own = renderTextFrame("ours");

        for (const [turn, piece] of cut(concat(frames.map(encodeFrame)), cuts).entries()) {
          if (moments.includes(2 * turn)) link.inject(own);
          const relaying = link.relay(piece);
          if (moments.includes(2 * turn + 1)) link.inject(own);
          await relaying;
        }
        await link.settled();

        const got = decodeFrames(concat(writer.taken));
        const isOwn = (one: TestFrame) => new TextDecoder().decode(one.payload) === "ours";
        deepStrictEqual(
          got.filter((one) => !isOwn(one)).map((one) => one.payload),
          frames.map((one) => one.payload),
        );
        ok(got.filter(isOwn).length <= moments.length);
      },
    ),
    { numRuns: 3_000 },
  );
});

Deno.test("DownLink.inject() sends at once while nothing else flows", async () => {
  const writer = slowWriter([100]);
  const link = new DownLink(writer);

  link.inject(renderTextFrame("ours"));
  await link.settled();

  strictEqual(decodeFrames(concat(writer.taken)).length, 1);
});

Deno.test("DownLink.inject() lets nothing follow the last frame, and finishes what was begun", async () => {
  const first = encodeFrame({ isFinal: true, opcode: 1, payload: new Uint8Array(50) });
  const second = encodeFrame({ isFinal: true, opcode: 1, payload: new Uint8Array(60) });
  const writer = slowWriter([7]);
  const link = new DownLink(writer);

  await link.relay(first.subarray(0, 20));
  link.inject(renderCloseFrame(1001, "bye"), { isLast: true });
  await link.settled();
  const wasEnded = link.isEnded;
  await link.relay(concat([first.subarray(20), second]));
  await link.relay(second);

  const got = decodeFrames(concat(writer.taken));
  strictEqual(wasEnded, false);
  deepStrictEqual(got.map((one) => [one.opcode, one.payload.length]), [[1, 50], [1, 60], [8, 5]]);
  strictEqual(link.isEnded, true);
});

Deno.test("DownLink.relay() sends what was queued while it wrote", async () => {
  const writer = slowWriter([3]);
  const link = new DownLink(writer);

  const relaying = link.relay(
    encodeFrame({ isFinal: true, opcode: 1, payload: new Uint8Array(9) }),
  );
  link.inject(renderTextFrame("ours"));
  await relaying;

  deepStrictEqual(decodeFrames(concat(writer.taken)).map((one) => one.payload.length), [9, 4]);
});
