import assert from "node:assert/strict";
import fc from "fast-check";
import { pairingArgs, parsePairingOutput, parseVersionOutput, serveArgs } from "./cli.ts";

Deno.test("parsePairingOutput() finds the credential when other fields change", () => {
  fc.assert(fc.property(
    // Long enough to be no part of the words around it.
    fc.stringMatching(/^[!-~]{12,200}$/),
    fc.dictionary(fc.string(), fc.jsonValue()),
    (credential, rest) => {
      const output = parsePairingOutput(`${JSON.stringify({ ...rest, credential }, null, 2)}\n`);

      assert.ok(output.kind === "credential");
      assert.equal(output.credential.reveal(), credential);
      assert.ok(!JSON.stringify(output).includes(JSON.stringify(credential)));
    },
  ));
});

Deno.test("parsePairingOutput() never throws when the output is anything", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    assert.ok(["credential", "invalid"].includes(parsePairingOutput(text).kind));
  }));
});

Deno.test("parsePairingOutput() tells no secret when the output is no credential", () => {
  const cases = [
    ["", "the output is empty"],
    ["Token: ABCDEF", "the output is not JSON"],
    ['{"token":"ABCDEF"}', "the output holds no credential"],
    ['{"credential":"AB\\nCDEF"}', "the output holds no credential"],
    ['{"credential":""}', "the output holds no credential"],
    ['[{"credential":"ABCDEF"}]', "the output holds no credential"],
  ] as const;

  for (const [text, expected] of cases) {
    assert.deepEqual(parsePairingOutput(text), { kind: "invalid", text: expected });
  }
});

Deno.test("parseVersionOutput() reads the last word when t3 prints its version in any way", () => {
  const cases = [
    ["0.0.24\n", "0.0.24"],
    ["v0.0.34\n", "0.0.34"],
    ["t3 v0.0.25-nightly.20260608.497\n", "0.0.25-nightly.20260608.497"],
    ["t3 0.1.11-nightly.20261117.4825", "0.1.11-nightly.20261117.4825"],
    ["t3: no T3 Code CLI build is available for this platform", undefined],
    ["1.2", undefined],
    ["v0.0.24 is out of date", undefined],
    ["", undefined],
  ] as const;

  for (const [stdout, version] of cases) assert.equal(parseVersionOutput(stdout), version);
});

Deno.test("serveArgs() and pairingArgs() name the instance's own directory when given one", () => {
  const baseDir = "/home/ada/.t3";

  assert.deepEqual(
    serveArgs({ host: "127.0.0.1", port: 3773, baseDir }).join(" "),
    "serve --host 127.0.0.1 --port 3773 --base-dir /home/ada/.t3",
  );
  assert.equal(
    pairingArgs(baseDir).join(" "),
    "auth pairing create --base-dir /home/ada/.t3 --ttl 5m --json",
  );
});
