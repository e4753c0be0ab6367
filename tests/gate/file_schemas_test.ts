/**
 * The published schemas against the corpora: what a program takes, its schema takes; and what an
 * author's editor can tell to be wrong, it does.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { z } from "zod";
import { FILE_FORMATS } from "./file_schemas.ts";
import { ROOT } from "./repository.ts";

function schemaOf(name: string): z.ZodType {
  const format = FILE_FORMATS.find((each) => each.name === name);
  assert.ok(format !== undefined);
  // zod reads no conditions; editors do.
  const text = JSON.stringify(
    format.schema,
    (key, value) => (key === "if" || key === "then" || key === "else" ? undefined : value),
  );
  return z.fromJSONSchema(JSON.parse(text));
}

function corpus(folder: string): readonly (readonly [path: string, value: unknown])[] {
  const files = [...Deno.readDirSync(`${ROOT}tests/corpora/${folder}`)].filter(({ name }) =>
    /\.(?:ya?ml|json)$/.test(name)
  );
  assert.ok(files.length > 0, folder);
  return files.map(({ name }) => {
    const path = `tests/corpora/${folder}/${name}`;
    return [path, parse(Deno.readTextFileSync(ROOT + path)) ?? {}] as const;
  });
}

for (const name of ["roster", "provision", "access", "storage_state"]) {
  Deno.test(`the schema of ${name} takes every file that its program takes`, () => {
    for (const [path, value] of corpus(`${name}/valid`)) {
      const { success, error } = schemaOf(name).safeParse(value);
      assert.ok(success, `${path}: ${error?.message}`);
    }
  });
}

Deno.test.each<[string, unknown, unknown]>([
  ["ports", { ada: 3773 }, { Ada: 3773 }],
  ["ports", {}, { ada: "3773" }],
  ["access", { subjects: {} }, { subjects: { ada: { tokens: ["t0ken"], sites: "*" } } }],
  ["access", { subjects: {} }, { subjects: { ada: { tokens: [], sites: ["a.example"] } } }],
  ["dispatch", { ada: { os_user: "ada", port: 3773 } }, { ada: { os_user: "ada", port: 80 } }],
  ["roster", { users: {} }, { user: {} }],
  ["generations", { version: 1, generations: [], lastRefusal: null }, { version: 2 }],
  [
    "archive",
    { format: 1, madeAt: "", chromium: null, damaged: [], files: [] },
    { format: 1, files: [{ path: "a" }] },
  ],
  ["storage_state", { cookies: [], origins: [] }, { cookies: [{ name: "a" }], origins: [] }],
])("the schema of %s tells right from wrong", (name, right, wrong) => {
  assert.deepEqual(
    [right, wrong].map((value) => schemaOf(name).safeParse(value).success),
    [true, false],
  );
});
