import assert from "node:assert/strict";
import fc from "fast-check";
import { editEnvFile, type EnvChanges, envValue } from "./env_file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function edited(text: string, changes: EnvChanges): string {
  const edit = editEnvFile(bytes(text), changes);
  assert.ok(edit.isValid);
  return new TextDecoder().decode(edit.bytes);
}

for (
  const { name, text, changes, after } of [
    { name: "an empty file", text: "", changes: { A: "1" }, after: "A=1\n" },
    {
      name: "a file without a last newline",
      text: "B=2",
      changes: { A: "1" },
      after: "B=2\nA=1\n",
    },
    {
      name: "a key that is there",
      text: "A=9\nB=1\n",
      changes: { A: "1" },
      after: "A=1\nB=1\n",
    },
    {
      name: "a key that is there twice, of which the last counts",
      text: "A=8\nA=9",
      changes: { A: "1" },
      after: "A=8\nA=1",
    },
    {
      name: "a key inside quotes, which is none",
      text: 'B="x\nA=5\n"\n',
      changes: { A: "1" },
      after: 'B="x\nA=5\n"\nA=1\n',
    },
    {
      name: "a last line that goes on",
      text: "B=x\\",
      changes: { A: "1" },
      after: "B=x\\\n\nA=1\n",
    },
    {
      name: "a comment that goes on",
      text: "# x\\\nA=1\n",
      changes: { A: "2" },
      after: "# x\\\nA=1\nA=2\n",
    },
    {
      name: "values that sed would trip over",
      text: "B=a&b|c'd\n",
      changes: { A: 'x&y|z"q$HOME`\\' },
      after: 'B=a&b|c\'d\nA="x&y|z\\"q\\$HOME\\`\\\\"\n',
    },
    {
      name: "a key to take away",
      text: "A=1\nB=2\nA=3\n",
      changes: { A: undefined },
      after: "B=2\n",
    },
    {
      name: "a value that is right",
      text: ' A = "1" \n',
      changes: { A: "1" },
      after: ' A = "1" \n',
    },
  ]
) {
  Deno.test(`editEnvFile() is right about ${name}`, () => {
    assert.equal(edited(text, changes), after);
  });
}

Deno.test("editEnvFile() refuses a file that ends inside a quote", () => {
  assert.deepEqual(editEnvFile(bytes("B='x"), { A: "1" }), {
    isValid: false,
    reason: "has a quote that is not closed, must be closed",
  });
});

Deno.test("editEnvFile() throws for what cannot stand in such a file", () => {
  assert.throws(() => editEnvFile(bytes(""), { A: "x\ny" }), TypeError);
  assert.throws(() => editEnvFile(bytes(""), { "A B": "x" }), TypeError);
});

Deno.test("envValue() gives back a value that begins with a byte order mark", () => {
  const edit = editEnvFile(bytes(""), { A: "\ufeffx" });

  assert.ok(edit.isValid);
  assert.equal(envValue(edit.bytes, "A"), "\ufeffx");
});

const NAME = fc.stringMatching(/^[A-Z]{1,3}$/);
const VALUE = fc.string({ unit: "binary", maxLength: 12 })
  // deno-lint-ignore no-control-regex -- they cannot stand in a value
  .filter((text) => !/[\0-\x1f\x7f]/.test(text) && text.isWellFormed());
const FILE = fc.array(
  fc.oneof(
    fc.tuple(NAME, VALUE).map(([name, value]) => `${name}=${value}`),
    fc.constantFrom("", "# note", "; note", "=x", "no key", ' A="b" ', "A='c'd", "A=e\\", '"'),
  ),
  { maxLength: 8 },
).chain((lines) => fc.constantFrom("\n", "").map((end) => lines.join("\n") + end));

Deno.test("editEnvFile() sets what it is told, leaves every other key, and is done then", () => {
  fc.assert(
    fc.property(FILE, NAME, VALUE, (file, key, value) => {
      const before = bytes(file);
      const edit = editEnvFile(before, { [key]: value });
      if (!edit.isValid) return;
      assert.equal(envValue(edit.bytes, key), value);
      for (const other of ["A", "B", "C", "AA", "X"]) {
        if (other !== key) assert.equal(envValue(edit.bytes, other), envValue(before, other));
      }
      assert.deepEqual(editEnvFile(edit.bytes, { [key]: value }), edit);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("editEnvFile() keeps bytes that are no text", () => {
  const before = Uint8Array.of(66, 61, 0xff, 0xfe, 10);

  const edit = editEnvFile(before, { A: "ä" });

  assert.ok(edit.isValid);
  assert.deepEqual([...edit.bytes.subarray(0, 5)], [...before]);
  assert.equal(envValue(edit.bytes, "A"), "ä");
});
