import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { clientText, concat, encodeFrame } from "../core/frame_fixture.ts";
import { MessageScan } from "./message_scan.ts";
import { watchedMethods } from "./method_rules.ts";
import { PlainMessages } from "./plain_messages.ts";

const METHODS = watchedMethods([]);

Deno.test("PlainMessages.read() counts whole messages that name nothing special", () => {
  const texts = ['{"id":1,"method":"A.b"}', `{"id":2,"x":"\\n\\"${"y".repeat(3_000)}"}`];

  const plain = new PlainMessages(METHODS).read(concat(texts.map((text) => clientText(text))));

  deepStrictEqual(plain, { messages: 2, largestBytes: texts[1]?.length });
});

Deno.test("PlainMessages.read() leaves what is not plain to the guard", () => {
  const text = new TextEncoder().encode("{}");
  const mask = Uint8Array.of(1, 2, 3, 4);
  const whole = clientText('{"id":1}');
  for (
    const piece of [
      encodeFrame({ isFinal: false, opcode: 1, payload: text, mask }),
      encodeFrame({ isFinal: true, opcode: 0, payload: text, mask }),
      encodeFrame({ isFinal: true, opcode: 8, payload: text, mask }),
      encodeFrame({ isFinal: true, opcode: 1, payload: text }),
      encodeFrame({ isFinal: true, opcode: 1, payload: text, mask, lengthBytes: 8 }),
      Uint8Array.of(0xc1, 128, 0, 0, 0, 0),
      whole.subarray(0, -1),
      whole.subarray(0, 1),
      concat([whole, whole.subarray(0, 5)]),
    ]
  ) strictEqual(new PlainMessages(METHODS).read(piece), undefined, String(piece));
});

Deno.test("PlainMessages.read() never passes what a full scan finds, however it is spelled", () => {
  const letter = (char: string) =>
    fc.constantFrom(
      char,
      `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
      `\\${char}`,
    );
  const spelled = fc.constantFrom(...METHODS, "Runtime.evaluate", "Page.navigateToHistoryEntry")
    .chain((method) => fc.tuple(...[...method].map(letter)).map((letters) => letters.join("")));
  const reader = new PlainMessages(METHODS);
  fc.assert(
    fc.property(spelled, fc.json({ maxDepth: 2 }), (method, params) => {
      const text = `{"params":${params},"id":1,"method":"${method}"}`;
      const scan = new MessageScan();
      scan.push(new TextEncoder().encode(text));
      const isWatched = scan.methods.some((name) => METHODS.includes(name));

      const plain = reader.read(clientText(text));

      ok(!(isWatched && plain !== undefined), text);
    }),
    { numRuns: 20_000 },
  );
});
