/**
 * Every file of the corpus: the valid ones are read, each invalid one is refused with the very
 * sentence in the `.txt` beside it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Fault } from "../core/fault.ts";
import { parseSettings } from "./settings.ts";

const CORPUS = new URL("../tests/corpora/provision/", import.meta.url);

function corpusFiles(folder: string, ending: string): string[] {
  return [...Deno.readDirSync(new URL(folder, CORPUS))].map(({ name }) => name)
    .filter((name) => name.endsWith(ending)).sort();
}

for (const name of corpusFiles("valid/", ".yaml")) {
  Deno.test(`parseSettings() accepts ${name} of the corpus`, async () => {
    parseSettings(await Deno.readTextFile(new URL(`valid/${name}`, CORPUS)), name);
  });
}

Deno.test("parseSettings() refuses each invalid file of the corpus in its own words", async () => {
  const names = corpusFiles("invalid/", ".yaml");
  const seen = new Map<string, string>();

  for (const name of names) {
    const text = await Deno.readTextFile(new URL(`invalid/${name}`, CORPUS));
    let said = "";
    try {
      parseSettings(text, "provision.yaml");
    } catch (error) {
      assert.ok(error instanceof Fault);
      assert.equal(error.exitCode, 2);
      said = `${error.message}\n`;
    }

    assert.notEqual(said, "", `${name} was accepted`);
    const expected = new URL(`invalid/${name.replace(".yaml", ".txt")}`, CORPUS);
    assert.equal(said, await Deno.readTextFile(expected), name);
    assert.equal(seen.get(said), undefined, `${name} is refused like ${seen.get(said)}`);
    seen.set(said, name);
  }
  assert.ok(names.length >= 20);
});

Deno.test("parseSettings() never repeats what may be a password or a token", async () => {
  for (const name of ["url_with_password", "token_in_place_of_its_source"]) {
    const said = await Deno.readTextFile(new URL(`invalid/${name}.txt`, CORPUS));

    assert.doesNotMatch(said, /secret[@:]|c2VjcmV0/);
  }
});

Deno.test("parseSettings() has a default for everything", () => {
  const settings = parseSettings("", "provision.yaml");

  assert.equal(settings.snapshot, undefined);
  assert.equal(settings.access_file, "/etc/hearth/access.yaml");
  assert.equal(settings.host.sudoers, "install");
});
