import assert from "node:assert/strict";
import fc from "fast-check";
import { AccessFileError, parseAccessFile } from "./parse_access_file.ts";

const CORPUS = new URL("../../tests/corpora/access/", import.meta.url);
const DIGEST = `sha256:${"a1".repeat(32)}`;

Deno.test("parseAccessFile() accepts every valid file of the corpus", async () => {
  let count = 0;
  for await (const { name } of Deno.readDir(new URL("valid/", CORPUS))) {
    const rules = parseAccessFile(await Deno.readTextFile(new URL(`valid/${name}`, CORPUS)));

    assert.equal(rules.subjects.length, name === "nobody.yaml" ? 0 : 1, name);
    count++;
  }
  assert.ok(count >= 10);
});

Deno.test("parseAccessFile() refuses every invalid file of the corpus for the reason in its name", async () => {
  let count = 0;
  for await (const { name } of Deno.readDir(new URL("invalid/", CORPUS))) {
    const text = await Deno.readTextFile(new URL(`invalid/${encodeURIComponent(name)}`, CORPUS));
    // `WHERE__WHAT__VARIANT.yaml`; a variant that is a place has to be the place that is named.
    const [where = "", what = "", variant = ""] = name.replace(/\.yaml$/, "").split("__");
    const place = variant.startsWith("line ") ? `(${variant})` : "";

    assert.throws(() => parseAccessFile(text), (error) => {
      assert.ok(error instanceof AccessFileError, `${name}: ${error}`);
      for (const part of [where, what, place]) {
        assert.ok(error.message.includes(part), `${name}: ${error.message}`);
      }
      assert.match(error.message, /\(line \d+, column \d+\)$/);
      assert.ok(!error.message.includes("\n"), name);
      return true;
    });
    count++;
  }
  assert.ok(count >= 60);
});

Deno.test("parseAccessFile() names every fault of a file at once when it has several", () => {
  const text = `subjects:
  alice:
    tokens: [not-a-digest]
    sites: [com, "https://example.com"]
    expire: 2027-01-31
    sites: [example.org]
`;

  assert.throws(() => parseAccessFile(text), (error) => {
    assert.ok(error instanceof AccessFileError);
    const places = error.faults.map(({ line, column }) => `${line}:${column}`);
    assert.deepEqual(places, ["3:14", "4:13", "4:18", "5:5", "6:5"], error.message);
    return true;
  });
});

Deno.test("parseAccessFile() gives what the file says when it is valid", () => {
  const { subjects } = parseAccessFile(`subjects:
  alice:
    tokens: [${DIGEST}]
    sites: [Example.com, "::1"]
    deny: [admin.example.com]
    expires: 2027-01-31
    no_session_cookies: true
`);

  const { digests, ...alice } = subjects[0] ?? assert.fail();
  assert.equal(`sha256:${digests[0]?.toHex()}`, DIGEST);
  assert.deepEqual(alice, {
    name: "alice",
    grant: {
      sites: ["example.com", "[::1]"],
      deny: ["admin.example.com"],
      hasNoSessionCookies: true,
    },
    expiresMs: Date.parse("2027-02-01T00:00:00Z"),
  });
});

Deno.test("parseAccessFile() never repeats what may be a token", () => {
  for (
    const text of [
      "subjects: {alice: {tokens: [s3cret-token], sites: [example.com]}}",
      "subjects: {alice: {tokens: s3cret-token, sites: [example.com]}}",
      "s3cret-token",
      "subjects: {alice: {tokens: ['s3cret-token",
      "subjects: s3cret-token",
      "subjects: {alice: s3cret-token}",
      "subjects: {alice: {tokens: [&s3cret-token x]}}",
      "subjects: {alice: {tokens: [!s3cret-token x]}}",
      "subjects: {alice: {tokens: [!s3cret!token x]}}",
      "subjects:\n  alice:\n    tokens: |s3cret-token\n",
    ]
  ) {
    assert.throws(() => parseAccessFile(text), (error) => !String(error).includes("s3cret"), text);
  }
});

Deno.test("parseAccessFile() gives rules or an AccessFileError for every text", () => {
  const pieces = fc.constantFrom(
    "subjects:\n",
    "  alice:\n",
    "    tokens: ",
    `[${DIGEST}]\n`,
    "    sites: ",
    "[example.com]\n",
    "    deny: [a.example.com]\n",
    "    expires: 2027-01-31\n",
    "{",
    "]",
    "*a",
    "&a ",
    "---\n",
    "\u0000",
    "<<: ",
    "? ",
    "! ",
    "\t",
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 12 }).map((all) => all.join("")),
    fc.string({ unit: "binary", maxLength: 60 }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        return Array.isArray(parseAccessFile(text).subjects);
      } catch (error) {
        return error instanceof AccessFileError && error.faults.length > 0;
      }
    }),
    { numRuns: 3_000 },
  );
});
