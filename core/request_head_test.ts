import assert from "node:assert/strict";
import fc from "fast-check";
import { processorMs } from "../tests/support/processor_time.ts";
import { parseFieldLine } from "./request_head.ts";

Deno.test("parseFieldLine() takes nothing but blanks and tabs from around a value", () => {
  const cases = [
    ["A:b", "b"],
    ["A: \t b\tc \t", "b\tc"],
    ["A: \t ", ""],
    ["A:", ""],
    ["A: \xa0b\x85\xa0", "\xa0b\x85\xa0"],
    ["A: b: c", "b: c"],
  ] as const;

  for (const [line, value] of cases) assert.deepEqual(parseFieldLine(line), { name: "A", value });
});

Deno.test("parseFieldLine() refuses what is not plainly a name and a value", () => {
  const cases = ["", ":", ": a", "A", "A b: c", "A : b", " A: b", "Ä: b", "A(: b", "A: b\nC: d"];

  assert.deepEqual(cases.filter((line) => parseFieldLine(line) !== undefined), []);
});

Deno.test("parseFieldLine() gives a value back whatever blanks are around it", () => {
  const blanks = fc.string({ unit: fc.constantFrom(" ", "\t"), maxLength: 5 });
  const inner = fc.string({ unit: fc.constantFrom("a", ":", "\xa0", " ", "\t"), maxLength: 9 })
    .filter((text) => !/^[ \t]|[ \t]$/.test(text));
  fc.assert(fc.property(blanks, inner, blanks, (before, value, after) => {
    assert.equal(parseFieldLine(`A:${before}${value}${after}`)?.value, value);
  }));
});

Deno.test("parseFieldLine() takes no longer when a line is full of blanks", () => {
  const line = `A: x${" ".repeat(60_000)}y`;
  const beganMs = processorMs(Deno.pid);

  for (let turn = 0; turn < 10; turn++) assert.equal(parseFieldLine(line)?.value.length, 60_002);

  assert.ok(processorMs(Deno.pid) - beganMs < 2_000);
});
