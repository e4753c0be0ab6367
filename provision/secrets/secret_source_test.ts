/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { hasUser, parseSource, type SecretSource, sourceFor, sourceText } from "./secret_source.ts";

const segment = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,8}$/);
const part = fc.oneof(segment, fc.constant("{user}"), segment.map((text) => `${text}-{user}`));
const path = fc.array(part, { minLength: 2, maxLength: 5 }).map((parts) => parts.join("/"));
const source: fc.Arbitrary<SecretSource> = fc.oneof(
  fc.tuple(path, part).map(([path, key]) => ({ kind: "vault" as const, path, key })),
  path.map((text) => ({ kind: "file" as const, path: `/${text}` })),
  fc.constantFrom("HEARTH_TOKEN", "HEARTH_", "HEARTH_T_{user}", "HEARTH_{user}")
    .map((name) => ({ kind: "env" as const, name })),
);

Deno.test("parseSource() reads what sourceText() writes", () => {
  fc.assert(fc.property(source, (written) => {
    const result = parseSource(sourceText(written));

    assert.deepEqual(result, { isValid: true, source: written });
  }));
});

Deno.test("parseSource() never throws, and says why, when a text is anything", () => {
  const any = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.tuple(fc.constantFrom("vault:", "file:", "env:"), fc.string({ unit: "binary" }))
      .map((parts) => parts.join("")),
  );
  fc.assert(fc.property(any, (text) => {
    const result = parseSource(text);

    if (result.isValid) assert.equal(sourceText(result.source), text);
    else assert.ok(result.faults.length > 0 && result.faults.every((why) => /^must /.test(why)));
  }));
});

Deno.test("parseSource() repeats nothing of a secret that stands in its place", () => {
  for (const text of ["hvs.CAESI", "vault:hvs.CAESI", "file:hvs.CAESI", "env:hvs.CAESI"]) {
    const result = parseSource(text);

    assert.ok(!result.isValid);
    assert.doesNotMatch(result.faults.join(), /CAESI/);
  }
});

Deno.test.each([
  ["secret/hearth#token", 'must begin with "vault:", "file:" or "env:"'],
  ["vault:secret#token", "must have a mount and a path"],
  ["vault:secret/hearth", 'must name one key after a "#"'],
  ["vault:secret/hearth#a#b", 'must name one key after a "#"'],
  ["vault:/secret/hearth#token", "must have a mount and a path"],
  ["vault:secret/../sys#token", 'must have no "." and no ".."'],
  ["vault:secret/a%2fb#token", 'must have none of "?"'],
  ["vault:secret/a?version=1#token", 'must have none of "?"'],
  ["vault:secret/{name}#token", "must have no braces but {user}"],
  ["vault:secret/a b#token", "must have no blank"],
  ["file:etc/token", "must be a file's absolute path"],
  ["file:/etc/", "must be a file's absolute path"],
  ["file:/etc/../root/token", 'must have no "." and no ".."'],
  ["env:1TOKEN", "must name a variable"],
  ["env:", "must name a variable"],
  ["env:TOKEN", 'must name a variable that begins with "HEARTH_"'],
])("parseSource() refuses %s", (text, why) => {
  const result = parseSource(text);

  assert.ok(!result.isValid);
  assert.ok(result.faults.some((fault) => fault.startsWith(why)), result.faults.join("; "));
});

Deno.test("sourceFor() fills in the user, and no name that leads elsewhere", () => {
  const own: SecretSource = { kind: "file", path: "/etc/tokens/{user}" };

  assert.ok(hasUser(own));
  assert.deepEqual(sourceFor(own, "ada"), { kind: "file", path: "/etc/tokens/ada" });
  assert.throws(() => sourceFor(own, "../shadow"), RangeError);
});
