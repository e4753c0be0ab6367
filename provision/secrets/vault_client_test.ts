/**
 * @module
 */
import assert from "node:assert/strict";
import { readEnv } from "../../core/env.ts";
import { startVault, type TestVault } from "../../tests/support/vault.ts";
import { runTool } from "../real/run_tool.ts";
import { curlGet } from "./http_get.ts";
import type { SecretResult } from "./secret_result.ts";
import { vaultClient } from "./vault_client.ts";
import { VAULT_ENV } from "./vault_env.ts";

const TOKEN = "hvs.test";

function client(env: Readonly<Record<string, string>>) {
  const access = readEnv(VAULT_ENV, { get: (name) => env[name] });
  return vaultClient(access, curlGet(runTool));
}

async function read(vault: TestVault, path: string, key: string): Promise<SecretResult> {
  return await client({ VAULT_ADDR: vault.address, VAULT_TOKEN: TOKEN })(path, key);
}

function why(result: SecretResult): string {
  assert.ok(result.kind !== "value");
  assert.doesNotMatch(result.why, new RegExp(TOKEN));
  return `${result.kind}: ${result.why}`;
}

Deno.test("vaultClient() reads a key when Vault has it", async () => {
  await using vault = startVault();
  vault.put("secret/team/chrome", { api_bearer_token: 'a "b" \\ ü' });

  const result = await read(vault, "secret/team/chrome", "api_bearer_token");

  assert.ok(result.kind === "value");
  assert.equal(result.secret.reveal(), 'a "b" \\ ü');
  const [request] = vault.requests;
  assert.equal(new URL(request?.url ?? "").pathname, "/v1/secret/data/team/chrome");
  assert.equal(new URL(request?.url ?? "").search, "");
});

Deno.test("vaultClient() asks once when two keys of a secret are wanted", async () => {
  await using vault = startVault();
  vault.put("secret/box", { a: "1", b: "2" });
  const readVault = client({ VAULT_ADDR: vault.address, VAULT_TOKEN: TOKEN });

  const results = await Promise.all([readVault("secret/box", "a"), readVault("secret/box", "b")]);

  assert.deepEqual(results.map((one) => one.kind === "value" && one.secret.reveal()), ["1", "2"]);
  assert.equal(vault.requests.length, 1);
});

Deno.test("vaultClient() takes its token from a file and names its namespace", async () => {
  await using vault = startVault({ namespace: "team" });
  vault.put("secret/box", { a: "1" });
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, `${TOKEN}\n`);
    const env = {
      VAULT_ADDR: `${vault.address}/`,
      VAULT_TOKEN_FILE: file,
      VAULT_NAMESPACE: "team",
    };

    const result = await client(env)("secret/box", "a");

    assert.equal(result.kind, "value");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test.each(
  [
    ["sealed", /^unreachable: Vault is sealed/],
    ["busy", /^unreachable: Vault is asked too often/],
    ["broken", /^unreachable: Vault answers 500: internal error/],
    ["elsewhere", /^unreachable: Vault's address sends elsewhere/],
    ["a web page", /^unreachable: what answers for "secret\/box" is no Vault/],
  ] as const,
)("vaultClient() finds Vault out of reach when it is %s", async (state, expected) => {
  await using vault = startVault();
  vault.put("secret/box", { a: "1" });
  vault.become(state);

  const result = await read(vault, "secret/box", "a");

  assert.match(why(result), expected);
});

Deno.test.each([
  ["the path holds nothing", "secret/other", "a", /^absent: Vault has no "secret\/other"/],
  ["the key is missing", "secret/box", "b", /^absent: .* has no key "b"/],
  ["the version was deleted", "secret/gone", "a", /^absent: version 1 of .* was deleted at 2026/],
  ["it was destroyed", "secret/lost", "a", /^absent: version 1 of .* was destroyed/],
  ["the value is a map", "secret/box", "map", /^refused: .* is a map, must be a text/],
  ["the value is empty", "secret/box", "empty", /^absent: .* is empty/],
  ["the mount is unknown", "kv/box", "a", /^refused: Vault has nothing at "kv\/box": no handler/],
])("vaultClient() says what is missing when %s", async (_, path, key, expected) => {
  await using vault = startVault();
  vault.put("secret/box", { a: "1", map: {}, empty: " " });
  vault.put("secret/gone", { a: "1" });
  vault.drop("secret/gone", "delete");
  vault.put("secret/lost", { a: "1" });
  vault.drop("secret/lost", "destroy");

  const result = await read(vault, path, key);

  assert.match(why(result), expected);
});

Deno.test("vaultClient() is refused when the token is another", async () => {
  await using vault = startVault({ token: "hvs.other" });
  vault.put("secret/box", { a: "1" });

  const result = await read(vault, "secret/box", "a");

  assert.match(why(result), /^refused: Vault's token may not read .*permission denied/);
});

Deno.test.each([
  ["there is no address", { VAULT_TOKEN: TOKEN }, /VAULT_ADDR is not set/],
  ["there is no token", { VAULT_ADDR: "http://127.0.0.1:9" }, /neither VAULT_TOKEN nor/],
  [
    "nobody listens",
    { VAULT_ADDR: "http://127.0.0.1:9", VAULT_TOKEN: TOKEN },
    /Vault at 127\.0\.0\.1:9 cannot be reached: it refuses connections/,
  ],
  [
    "the name is unknown",
    { VAULT_ADDR: "http://vault.invalid:8200", VAULT_TOKEN: TOKEN },
    /Vault at vault\.invalid:8200 cannot be reached/,
  ],
  [
    "the token's file is missing",
    { VAULT_ADDR: "http://127.0.0.1:9", VAULT_TOKEN_FILE: "/nonexistent" },
    /token cannot be read: there is no "\/nonexistent"/,
  ],
])("vaultClient() finds Vault out of reach when %s", async (_, env, expected) => {
  const result = await client(env)("secret/box", "a");

  assert.equal(result.kind, "unreachable");
  assert.match(why(result), expected);
});

Deno.test("vaultClient() shows no token in the arguments of what it runs", async () => {
  const seen: string[] = [];
  const get = curlGet((tool) => {
    seen.push(...tool.args, ...Object.values(tool.env ?? {}));
    return Promise.resolve({ code: 7, stdout: "", stderr: "", trouble: "x" });
  });
  const env: Record<string, string> = { VAULT_ADDR: "http://127.0.0.1:9", VAULT_TOKEN: TOKEN };
  const readVault = vaultClient(readEnv(VAULT_ENV, { get: (name) => env[name] }), get);

  await readVault("secret/box", "a");

  assert.doesNotMatch(seen.join("\n"), new RegExp(TOKEN));
});

Deno.test("vaultClient() trusts a certificate only when the system or VAULT_CACERT does", async () => {
  const directory = await Deno.makeTempDir({ prefix: "hearth-vault-" });
  const { code, stderr } = await runTool({
    command: "/usr/bin/openssl",
    args: [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-keyout", `${directory}/key.pem`, "-out", `${directory}/cert.pem`, "-days", "2"],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
    ],
  });
  assert.equal(code, 0, stderr);
  const seen: (string | null)[] = [];
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    cert: await Deno.readTextFile(`${directory}/cert.pem`),
    key: await Deno.readTextFile(`${directory}/key.pem`),
  }, ({ headers }) => {
    seen.push(headers.get("x-vault-token"));
    return Response.json({ data: { data: { a: "1" } } });
  });
  try {
    const env = { VAULT_ADDR: `https://localhost:${server.addr.port}`, VAULT_TOKEN: TOKEN };

    const distrusted = await client(env)("secret/box", "a");
    const trusted = await client({ ...env, VAULT_CACERT: `${directory}/cert.pem` })(
      "secret/box",
      "a",
    );

    assert.match(why(distrusted), /^unreachable: .*certificate/);
    assert.equal(trusted.kind, "value");
    // Whoever is not trusted did not get the token.
    assert.deepEqual(seen, [TOKEN]);
  } finally {
    await server.shutdown();
    await Deno.remove(directory, { recursive: true });
  }
});
