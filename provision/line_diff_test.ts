import assert from "node:assert/strict";
import fc from "fast-check";
import { lineDiff } from "./line_diff.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("lineDiff() shows the lines between what both begin and end with", () => {
  assert.deepEqual(lineDiff(bytes("a\nb\nc\n"), bytes("a\nx\ny\nc\n")), ["- b", "+ x", "+ y"]);
  assert.deepEqual(lineDiff(bytes(""), bytes("a\n")), ["+ a"]);
});

Deno.test("lineDiff() counts what is too long or no text, and shows no control character", () => {
  const long = Array.from({ length: 30 }, (_, at) => `line ${at}`).join("\n");

  assert.equal(lineDiff(bytes(""), bytes(long)).at(-1), "… and 10 more lines");
  assert.deepEqual(lineDiff(Uint8Array.of(0xff), bytes("abc")), ["- 1 bytes", "+ 3 bytes"]);
  assert.deepEqual(lineDiff(bytes(""), bytes("\x1b[31mred\u202e")), ["+ ?[31mred?"]);
});

Deno.test("lineDiff() is empty only where the lines are the same", () => {
  const text = fc.array(fc.constantFrom("a", "b", ""), { maxLength: 6 });
  fc.assert(fc.property(text, text, (before, after) => {
    const [old, now] = [`${before.join("\n")}\n`, `${after.join("\n")}\n`];
    assert.equal(lineDiff(bytes(old), bytes(now)).length === 0, old === now);
  }));
});
