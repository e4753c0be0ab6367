import assert from "node:assert/strict";
import { createHealth } from "../../core/health.ts";
import { Secret } from "../../core/secret.ts";
import { createFakeClock } from "../../tests/support/fake_clock.ts";
import { recordLog, testDirectory } from "../../tests/support/snapshot_fixture.ts";
import { createTokenGate } from "./token_gate.ts";

async function setUp(source: { file?: string; token?: string }) {
  const clock = createFakeClock();
  const health = createHealth();
  const { log, lines } = recordLog();
  const token = source.token === undefined ? undefined : new Secret(source.token);
  const gate = await createTokenGate({ file: source.file, token, clock, health, log });
  return { gate, clock, health, lines };
}

Deno.test("admit() lets in only the exact token when one is configured", async () => {
  const { gate, health } = await setUp({ token: "s3cret" });

  for (const header of ["Bearer s3cret", "bearer s3cret", "BEARER  s3cret "]) {
    assert.equal(await gate.admit(header), "admitted", header);
  }
  for (
    const header of [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      "Bearer s3cre",
      "Bearer s3cret2",
      "Bearer S3CRET",
      "Bearer s3cret s3cret",
      "Bearers3cret",
      "Basic s3cret",
      "s3cret",
      "xBearer s3cret",
    ]
  ) {
    assert.equal(await gate.admit(header), "refused", header);
  }
  assert.equal(health.isReady(), true);
});

Deno.test("admit() is unconfigured and health says why when there is no usable token", async () => {
  await using directory = await testDirectory();
  const empty = await directory.put("empty", "\n");
  const words = await directory.put("words", "two words\n");

  for (
    const [source, text] of [
      [{}, /^No token is configured: set PW_TOKEN_FILE or PW_TOKEN$/],
      [{ token: "ü" }, /PW_TOKEN: it must be one word/],
      [{ file: `${directory.path}/missing` }, /missing": No such file/],
      [{ file: empty }, /empty": it is empty/],
      [{ file: words, token: "fallback" }, /words": it must be one word/],
    ] as const
  ) {
    const { gate, health } = await setUp(source);

    assert.equal(await gate.admit("Bearer x"), "unconfigured");
    assert.match(health.states()[0]?.text ?? "", text);
  }
});

Deno.test("admit() takes a rotated token at once and drops the old one within a second", async () => {
  await using directory = await testDirectory();
  const file = await directory.put("token", "old\n");
  const { gate, clock, lines } = await setUp({ file });
  assert.equal(await gate.admit("Bearer old"), "admitted");

  await directory.put("token", "new\n");

  assert.equal(await gate.admit("Bearer new"), "admitted");
  assert.equal(await gate.admit("Bearer old"), "refused");
  await directory.put("token", "newer\n");
  assert.equal(await gate.admit("Bearer new"), "admitted");
  clock.advance(1_000);
  assert.equal(await gate.admit("Bearer new"), "refused");
  assert.ok(!lines.join("\n").includes("newer"));
});

Deno.test("admit() refuses everybody when the token file is removed, until it is back", async () => {
  await using directory = await testDirectory();
  const file = await directory.put("token", "one");
  const { gate, clock, health } = await setUp({ file });

  await Deno.remove(file);
  clock.advance(1_000);
  assert.equal(await gate.admit("Bearer one"), "unconfigured");
  assert.equal(health.isReady(), false);

  await directory.put("token", "one");
  assert.equal(await gate.admit("Bearer one"), "admitted");
  assert.equal(health.isReady(), true);
});
