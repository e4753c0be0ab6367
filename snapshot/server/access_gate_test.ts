import assert from "node:assert/strict";
import { createHealth } from "../../core/health.ts";
import { Secret } from "../../core/secret.ts";
import { createFakeClock } from "../../tests/support/fake_clock.ts";
import {
  accessText,
  recordLog,
  type TestDirectory,
  testDirectory,
  type TestSubject,
} from "../../tests/support/snapshot_fixture.ts";
import { createAccessStore } from "../access/access_store.ts";
import { createAccessGate } from "./access_gate.ts";
import { createTokenGate } from "./token_gate.ts";

async function setUp(
  directory: TestDirectory,
  subjects: Readonly<Record<string, TestSubject>> | undefined,
  token?: string,
) {
  const clock = createFakeClock(Date.parse("2026-01-01T00:00:00Z"));
  const health = createHealth();
  const { log } = recordLog();
  const path = `${directory.path}/access.yaml`;
  if (subjects !== undefined) await directory.put("access.yaml", accessText(subjects));
  const access = createAccessStore({ path, health, log });
  await access.reload();
  const tokenGate = token === undefined
    ? undefined
    : await createTokenGate({ token: new Secret(token), clock, health, log });
  const gate = createAccessGate({ tokenGate, access, clock });
  async function ask(shown: string, options: { isFresh?: boolean } = {}) {
    const admitted = await gate.admit(`Bearer ${shown}`, options);
    return admitted.kind === "admitted" ? admitted.grant.sites : admitted.kind;
  }
  return { gate, ask, clock, put: (next: typeof subjects) => putAccess(directory, next) };
}

async function putAccess(
  directory: TestDirectory,
  subjects: Readonly<Record<string, TestSubject>> | undefined,
): Promise<void> {
  await directory.put("access.yaml", accessText(subjects ?? {}));
}

const ALICE = { tokens: ["a1", "a2"], sites: ["example.com"] };

Deno.test("admit() gives each token its subject's grant, and the one token everything", async () => {
  await using directory = await testDirectory();
  const bob = { tokens: ["b"], sites: ["example.org"] };
  const { gate, ask } = await setUp(directory, { alice: ALICE, bob }, "all");

  assert.deepEqual(await ask("a1"), ["example.com"]);
  assert.deepEqual(await ask("a2"), ["example.com"]);
  assert.deepEqual(await ask("b"), ["example.org"]);
  assert.equal(await ask("all"), "*");
  for (const wrong of ["", "A1", "a", "a11", "sha256:a1"]) {
    assert.equal(await ask(wrong), "refused");
  }
  for (const header of [null, "", "a1", "Basic a1", "Bearer a1 a1"]) {
    assert.equal((await gate.admit(header)).kind, "refused");
  }
});

Deno.test("admit() takes a new token at once, and drops one that is gone when asked afresh", async () => {
  await using directory = await testDirectory();
  const { ask, put } = await setUp(directory, { alice: ALICE });

  await put({ alice: { ...ALICE, tokens: ["a2", "a3"] } });

  assert.deepEqual(await ask("a3"), ["example.com"]);
  assert.equal(await ask("a1"), "refused");
  await put({ alice: { ...ALICE, tokens: ["a3"] } });
  assert.equal(await ask("a2", { isFresh: true }), "refused");
});

Deno.test("admit() refuses a subject from the moment it expires", async () => {
  await using directory = await testDirectory();
  const { ask, clock } = await setUp(directory, { alice: { ...ALICE, expires: "2026-01-01" } });

  clock.advance(24 * 3_600_000 - 1);
  assert.deepEqual(await ask("a1"), ["example.com"]);
  clock.advance(1);

  assert.equal(await ask("a1"), "refused");
});

Deno.test("admit() is unconfigured only while nobody could be let in", async () => {
  await using directory = await testDirectory();
  const nothing = await setUp(directory, undefined);
  assert.equal(await nothing.ask("x"), "unconfigured");
  const single = await setUp(directory, undefined, "all");
  assert.equal(await single.ask("x"), "refused");

  await nothing.put({ alice: ALICE });

  assert.deepEqual(await nothing.ask("a1"), ["example.com"]);
  assert.equal(await nothing.ask("x"), "refused");
});
