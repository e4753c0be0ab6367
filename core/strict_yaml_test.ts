/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { readStrictYaml } from "./strict_yaml.ts";
import { faultText } from "./text_fault.ts";

function faults(text: string): string[] {
  return readStrictYaml(text).faults.map(faultText);
}

Deno.test.each<[string, string, string]>([
  [
    "a key is given twice",
    "a: 1\nb: 2\na: 3\n",
    "a is given twice, must be given once (first on line 1) (line 3, column 1)",
  ],
  ["there is an anchor", "a: &x 1\n", "a has an anchor, must have none (line 1, column 7)"],
  ["there is an alias", "a: [*x]\n", "a.0 is an alias, must be written out (line 1, column 5)"],
  [
    "there is a merge key",
    "a:\n  <<: {b: 1}\n",
    'a."<<" is a merge key, must be written out (line 2, column 3)',
  ],
  [
    "there is a tag",
    "a: !!str 1\n",
    "a has a tag, must have none (line 1, column 10)",
  ],
  ["a map has a tag", "a: !x {b: 1}\n", "a has a tag, must have none (line 1, column 7)"],
  [
    "a tag cannot be resolved",
    "a: 1\nb: !e!x 1\n",
    "the text has a tag, must have none (line 2, column 4)",
  ],
  ["a tag is unfinished", "a: !! 1\n", "the text has a tag, must have none (line 1, column 4)"],
  [
    "there is a directive",
    "%YAML 1.1\n---\na: no\n",
    'the text holds the directive "%YAML", must be YAML 1.2 without any (line 1, column 1)',
  ],
  [
    "there are two documents",
    "a: 1\n---\nb: 1\n",
    "the text holds a second document, must be one (line 2, column 1)",
  ],
  [
    "a key is no text",
    "1: a\n",
    "the text has the key 1, must be a name, in quotes where it is no text (line 1, column 1)",
  ],
  [
    "a tab indents",
    "a:\n\tb: 1\n",
    "the text is indented by a tab, must be spaces (line 2, column 1)",
  ],
  [
    "a comment hides a direction override",
    "a: 1 # \u202e x\n",
    "the text holds the character U+202E, must be plain text (line 1, column 8)",
  ],
  [
    "a key would be a prototype",
    "__proto__: 1\n",
    "__proto__ is reserved, must be another name (line 1, column 1)",
  ],
])("readStrictYaml() names the place when %s", (_, text, expected) => {
  assert.ok(faults(text).includes(expected), faults(text).join("\n"));
});

Deno.test("readStrictYaml() names every fault when there are several", () => {
  const found = faults("a: &x 1\nb: *x\na: 2\nc: !t 3\n");

  assert.equal(found.length, 4, found.join("\n"));
});

Deno.test.each([
  "a: |s3cret\n  x\n",
  "a: [&s3cret x]\n",
  "a: [!s3cret x]\n",
  "a: !s3cret!x y\n",
  "a: [*s3cret]\n",
  "a: {}\n} s3cret\n",
  "a: 'x' s3cret\n",
  "a: [b]\n s3cret\n",
  "a: @s3cret\n",
  "a: [s3cret\n",
])("readStrictYaml() does not repeat what may be a secret when it refuses %j", (text) => {
  const found = faults(text).join("; ");

  assert.notEqual(found, "");
  assert.ok(!found.includes("s3cret"), found);
});

Deno.test("readStrictYaml() ends soon when aliases would expand to gigabytes", () => {
  const lines = ["a0: &a0 [x]"];
  for (let at = 1; at < 30; at++) {
    lines.push(`a${at}: &a${at} [${`*a${at - 1},`.repeat(9)}]`);
  }

  const { faults, value } = readStrictYaml(lines.join("\n"));

  assert.ok(faults.length > 200);
  assert.ok(JSON.stringify(value).length < 5_000);
});

Deno.test.each([
  ["lists", "[".repeat(50_000)],
  ["maps", `a: ${"{a: ".repeat(20_000)}`],
  ["block maps", Array.from({ length: 1_500 }, (_, at) => `${" ".repeat(at)}a:`).join("\n")],
])("readStrictYaml() refuses when %s are nested beyond reason", (_, text) => {
  assert.match(faults(text).join("\n"), /is nested too deeply/);
});

Deno.test("readStrictYaml() gives a fault the place nearest to its path", () => {
  const yaml = readStrictYaml("users:\n  a:\n    n: [x, y]\n    e:\n");
  const at = (path: string[], place?: "key" | "value") => {
    const { line, column } = yaml.fault(path, "is wrong", place);
    return [line, column];
  };

  assert.deepEqual(at(["users", "a", "n"]), [3, 8]);
  assert.deepEqual(at(["users", "a", "n"], "key"), [3, 5]);
  assert.deepEqual(at(["users", "a", "n", "1"]), [3, 12]);
  assert.deepEqual(at(["users", "a", "n", "7"]), [3, 8]);
  assert.deepEqual(at(["users", "a", "e"]), [4, 5]);
  assert.deepEqual(at(["users", "a", "gone"]), [2, 3]);
  assert.deepEqual(at([]), [1, 1]);
});

Deno.test("readStrictYaml() reads a value back when it was written as YAML or JSON", () => {
  const key = fc.stringMatching(/^[a-z_]{1,8}$/);
  const leaf = fc.oneof(
    fc.stringMatching(/^[ -~\u00e9]*$/),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 3 }).map((map) => ({ ...map })),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      for (const text of [stringify(value), JSON.stringify(value)]) {
        const read = readStrictYaml(text);

        assert.deepEqual(read.faults, []);
        assert.deepEqual(read.value, value);
      }
    }),
  );
});

Deno.test("readStrictYaml() never throws and keeps every place within the text when it is anything", () => {
  const piece = fc.constantFrom(
    ..."a b : - # & * ! | > ' \" [ ] { } , % @ ` ? << --- ... \n \r\n \t \ufeff \u0000 é".split(
      " ",
    ),
    " ",
    "  ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join("");
      const { faults, document } = readStrictYaml(text);

      assert.equal(document.errors.length > 0 && faults.length === 0, false, text);
      const lines = text.split("\n").length;
      for (const { line, column } of faults) {
        assert.ok(line >= 1 && line <= lines && column >= 1, `${line}:${column}`);
      }
    }),
    { numRuns: 1_000 },
  );
});
