import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { concat, cut, encodeFrame, fragmented } from "./frame_fixture.ts";
import { payloadText } from "./frame_payload.ts";

Deno.test("payloadText() puts a message together, however it was sent", () => {
  const message = fc.string({ unit: "grapheme", maxLength: 200 }).chain((text) =>
    fragmented(text).map((frames) => [text, frames.filter((frame) => frame.opcode < 8)] as const)
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(message, sizes, ([text, frames], cuts) => {
      strictEqual(payloadText(cut(concat(frames.map(encodeFrame)), cuts)), text);
    }),
    { numRuns: 3_000 },
  );
});
