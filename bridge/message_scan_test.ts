import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { cut } from "../core/frame_fixture.ts";
import { MessageScan } from "./message_scan.ts";

function scanOf(text: string, sizes: readonly number[] = [1_000]): MessageScan {
  const scan = new MessageScan();
  for (const piece of cut(new TextEncoder().encode(text), sizes)) scan.push(piece);
  return scan;
}

/** Writes some characters of strings as escapes, which changes nothing for a reader. */
function escaped(text: string, every: number): string {
  return text.replaceAll(
    /[a-z]/g,
    (letter, at: number) =>
      at % every === 0 ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}` : letter,
  );
}

Deno.test("MessageScan.push() reads what JSON.parse reads, wherever the text is cut", () => {
  const message = fc.record({
    id: fc.integer({ min: -5, max: 1e9 }),
    method: fc.constantFrom("Browser.close", "Page.navigate", "x", ""),
    sessionId: fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom("A", "b", "9") }),
    params: fc.dictionary(fc.constantFrom("method", "id", "sessionId", '"'), fc.jsonValue()),
    other: fc.jsonValue(),
  }, { requiredKeys: [] });
  const indent = fc.constantFrom(undefined, 1, "\t");
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(message, indent, sizes, fc.integer({ min: 2, max: 9 }), (value, space, cuts, n) => {
      const pairs = Object.entries(value).map(([key, inner]) =>
        `${escaped(JSON.stringify(key), n)}:${
          typeof inner === "string"
            ? escaped(JSON.stringify(inner), n)
            : JSON.stringify(inner, null, space)
        }`
      );
      const text = `{${pairs.join(space === undefined ? "," : " ,\n")}}`;

      const scan = scanOf(text, cuts);

      const wanted = JSON.parse(text);
      deepStrictEqual(scan.methods, wanted.method === undefined ? [] : [wanted.method]);
      strictEqual(scan.id, wanted.id);
      strictEqual(scan.sessionId, wanted.sessionId);
    }),
    { numRuns: 10_000 },
  );
});

Deno.test("MessageScan.push() names every method of a message with two", () => {
  deepStrictEqual(scanOf('{"method":"A.b","method":"Browser.close"}').methods, [
    "A.b",
    "Browser.close",
  ]);
});

Deno.test("MessageScan.push() takes no number that is no call's id", () => {
  for (const id of ["1.5", "1e3", '"1"', "null", "{}", "12345678901234567890"]) {
    strictEqual(scanOf(`{"id":${id},"method":"A.b"}`).id, undefined, id);
  }
});
