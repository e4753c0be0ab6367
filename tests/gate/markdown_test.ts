import assert from "node:assert/strict";
import { anchorsOf, codeBlocks, linksOf } from "./markdown.ts";

const PAGE = `# The \`one\` thing

See [it](a.md#the-b-thing "not") and [that](b.md#x).

1. A step:

   \`\`\`sh
   run it
   # no heading
   \`\`\`

## When it says: no!

## [Linked](c.md) — twice

## Linked — twice
`;

Deno.test("codeBlocks() gives blocks without the indentation of their list", () => {
  assert.deepEqual(codeBlocks(PAGE), [
    { language: "sh", line: 7, text: "run it\n# no heading\n" },
  ]);
});

Deno.test("anchorsOf() makes anchors as GitHub does, and tells twins apart", () => {
  assert.deepEqual([...anchorsOf(PAGE)], [
    "the-one-thing",
    "when-it-says-no",
    "linked--twice",
    "linked--twice-1",
  ]);
});

Deno.test("linksOf() finds links outside of code", () => {
  assert.deepEqual(linksOf("[a](b.md#c) ![d](e.svg)\n```sh\n[f](g.md)\n```\n"), [
    "b.md#c",
    "e.svg",
  ]);
});
