/**
 * Every file of the corpus: the valid ones are read, each invalid one is refused with the very
 * sentences in the `.txt` beside it.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { faultText } from "../core/text_fault.ts";
import { loadText } from "./load.ts";
import { parseRoster, rosterFaultText } from "./parse_roster.ts";

const CORPUS = new URL("../tests/corpora/roster/", import.meta.url);

function corpusFiles(folder: string, ending: string): string[] {
  return [...Deno.readDirSync(new URL(folder, CORPUS))].map(({ name }) => name)
    .filter((name) => name.endsWith(ending)).sort();
}

function read(path: string): Promise<string> {
  return loadText(Deno.readFile, "file", new URL(path, CORPUS).pathname);
}

for (const name of corpusFiles("valid/", ".yaml")) {
  Deno.test(`parseRoster() accepts ${name} of the corpus`, async () => {
    const parsed = parseRoster(await read(`valid/${name}`));

    assert.deepEqual(parsed.isValid ? [] : parsed.faults, []);
  });
}

Deno.test("parseRoster() refuses each invalid file of the corpus in its own words", async () => {
  const names = corpusFiles("invalid/", ".yaml");
  const seen = new Map<string, string>();

  for (const name of names) {
    const parsed = parseRoster(await read(`invalid/${name}`));
    const found = parsed.isValid ? "" : `${parsed.faults.map(faultText).join("\n")}\n`;

    assert.notEqual(found, "", `${name} was accepted`);
    assert.equal(found, await read(`invalid/${name.replace(".yaml", ".txt")}`), name);
    assert.equal(seen.get(found), undefined, `${name} is refused like ${seen.get(found)}`);
    seen.set(found, name);
  }
  assert.ok(names.length >= 40);
  assert.deepEqual(
    corpusFiles("invalid/", ".txt").map((name) => name.replace(".txt", ".yaml")),
    names,
  );
});

Deno.test("parseRoster() fills in the defaults and keeps the order of the file", async () => {
  const parsed = parseRoster(await read("valid/full.yaml"));

  assert.ok(parsed.isValid);
  const [ada, bob, cy] = parsed.roster.users;
  assert.deepEqual([ada?.os_user, bob?.os_user, cy?.os_user], ["ada", "bob", "cy-2_x"]);
  assert.deepEqual([ada?.namespaces, ada?.parked, ada?.claude_auth], [[], false, true]);
  assert.deepEqual([bob?.claude_auth, bob?.agents, bob?.browser], [false, [], { sites: [] }]);
  assert.deepEqual([cy?.authentik_user, cy?.namespaces], ["1234", ["cy", "shared-1"]]);
  assert.deepEqual([cy?.agents, cy?.browser, cy?.parked], [["claude"], undefined, true]);
});

Deno.test("parseRoster() gives nobody when there is no user", async () => {
  for (const name of ["empty", "only_comments", "nobody", "nobody_flow", "without_users"]) {
    const parsed = parseRoster(await read(`valid/${name}.yaml`));

    assert.ok(parsed.isValid && parsed.roster.users.length === 0, name);
  }
});

Deno.test("parseRoster() carries the nearest spelling when a word is misspelt", () => {
  const parsed = parseRoster("users:\n  alice: {authentik_user: a, k8s_user: a, teir: admin}\n");

  assert.ok(!parsed.isValid);
  assert.deepEqual(parsed.faults.map(({ suggestion }) => suggestion), [undefined, "tier"]);
});

Deno.test("rosterFaultText() is the sentence of the style guide when a tier is misspelt", () => {
  const parsed = parseRoster(
    `${
      "\n".repeat(10)
    }users: {alice: {authentik_user: alice, k8s_user: alice,\n    tier: amdin}}\n`,
  );

  assert.ok(!parsed.isValid);
  assert.equal(
    rosterFaultText("roster.yaml", parsed.faults),
    'Cannot read roster "roster.yaml": users.alice.tier is "amdin", must be one of "admin", ' +
      '"power-user", "namespace-owner" (line 12, column 11)',
  );
});

Deno.test("parseRoster() refuses and never throws when the text is anything", () => {
  const piece = fc.constantFrom(
    ..."users: alice: tier: admin authentik_user: k8s_user: namespaces: browser: sites: agents: claude parked: true { } [ ] , - & * << ! \" ' # | \n \n \t"
      .split(" "),
    "\n  ",
    "\n    ",
    " ",
    "__proto__: ",
  );
  const text = fc.array(piece, { maxLength: 40 }).map((pieces) => `users:\n  ${pieces.join("")}`);
  fc.assert(
    fc.property(text, (text) => {
      const parsed = parseRoster(text);

      const users = parsed.isValid ? parsed.roster.users : [];
      for (const { os_user } of users) assert.match(os_user, /^[a-z_][a-z0-9_-]{0,31}$/);
      for (const fault of parsed.isValid ? [] : parsed.faults) {
        assert.doesNotMatch(faultText(fault), /[\p{Cc}]/u);
      }
    }),
    { numRuns: 1_000 },
  );
});
