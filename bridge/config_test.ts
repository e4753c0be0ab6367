import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { freePort } from "../tests/support/free_port.ts";
import { startProgram } from "../tests/support/program.ts";
import { readBridgeConfig } from "./config.ts";

const read = (env: Readonly<Record<string, string>>) =>
  readBridgeConfig({ get: (name) => env[name] });

Deno.test("readBridgeConfig() has the defaults of the contract", () => {
  const config = read({});

  deepStrictEqual(
    [
      config.BRIDGE_LISTEN_ADDR,
      config.BRIDGE_LISTEN_PORT,
      config.BRIDGE_TARGET_ADDR,
      config.BRIDGE_TARGET_PORT,
      config.BRIDGE_ADMIN_PORT,
      config.BRIDGE_ALLOWED_HOSTS,
      config.BRIDGE_TOKEN_FILE,
    ],
    ["127.0.0.1", 9222, "127.0.0.1", 9223, 9224, [], undefined],
  );
});

for (
  const [name, value, text] of [
    ["BRIDGE_LISTEN_PORT", "http", /BRIDGE_LISTEN_PORT is "http", must be a port number/],
    ["BRIDGE_TARGET_PORT", "65536", /BRIDGE_TARGET_PORT is "65536", must be a port number/],
    ["BRIDGE_TARGET_ADDR", "browser", /BRIDGE_TARGET_ADDR is "browser", must be an IP address or/],
    ["BRIDGE_LISTEN_ADDR", "", /BRIDGE_LISTEN_ADDR is "", must not be empty/],
    ["BRIDGE_ALLOWED_HOSTS", "a,http://b", /BRIDGE_ALLOWED_HOSTS has "http:\/\/b", must be a host/],
    ["BRIDGE_ALLOWED_HOSTS", "*", /BRIDGE_ALLOWED_HOSTS has "\*", must be a host name/],
    ["BRIDGE_ALLOWED_ORIGINS", "*", /BRIDGE_ALLOWED_ORIGINS has "\*", must be an origin/],
    ["BRIDGE_ALLOWED_ORIGINS", "https://a.example.com/", /must be an origin such as/],
    ["BRIDGE_TRUSTED_PROXIES", "proxy", /BRIDGE_TRUSTED_PROXIES has "proxy", must be an address/],
    ["BRIDGE_TOKEN_FILE", "token", /BRIDGE_TOKEN_FILE must be an absolute path/],
    ["BRIDGE_GUARD", "yes", /BRIDGE_GUARD is "yes", must be one of "on", "off"/],
    ["BRIDGE_COMPRESSION", "pass", /the guard cannot read compressed messages/],
    ["BRIDGE_REFUSE_METHODS", "close", /BRIDGE_REFUSE_METHODS has "close", must be a CDP method/],
    ["BRIDGE_MAX_CONNECTIONS", "0", /BRIDGE_MAX_CONNECTIONS is "0", must be a whole number from 1/],
    ["BRIDGE_HEAD_TIMEOUT_MS", "1s", /BRIDGE_HEAD_TIMEOUT_MS is "1s", must be a whole number/],
    ["BRIDGE_DRAIN_MS", "-1", /BRIDGE_DRAIN_MS is "-1", must be a whole number from 0/],
  ] as const
) {
  Deno.test(`readBridgeConfig() refuses ${name}="${value}"`, () => {
    throws(() => read({ [name]: value }), text);
  });
}

Deno.test("bridge() names every wrong variable in one line and exits with 2", async () => {
  await using bridge = startProgram("bridge", {
    env: { BRIDGE_LISTEN_PORT: "x", BRIDGE_GUARD: "maybe" },
  });

  strictEqual(await bridge.exitCode, 2);
  strictEqual(bridge.lines.length, 1);
  match(bridge.lines[0] ?? "", /^bridge: Cannot read the environment: BRIDGE_LISTEN_PORT .*GUARD/);
});

Deno.test("bridge() names the addresses that its permissions leave out", async () => {
  await using bridge = startProgram("bridge", {
    env: { BRIDGE_TARGET_ADDR: "192.0.2.1", BRIDGE_LISTEN_PORT: "9333" },
  });

  strictEqual(await bridge.exitCode, 2);
  match(
    bridge.lines.join("\n"),
    /^bridge: Cannot use 127\.0\.0\.1:9333 \(BRIDGE_LISTEN.*\), 192\.0\.2\.1:9223 \(BRIDGE_TARGET/,
  );
});

Deno.test("bridge() says what is wrong with its token", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/short`, "short\n");
  const run = async (path: string, flags: readonly string[]) => {
    await using bridge = startProgram("bridge", {
      flags: ["--allow-net=127.0.0.1", ...flags],
      env: { BRIDGE_TOKEN_FILE: path, BRIDGE_LISTEN_PORT: String(freePort()) },
    });
    return [await bridge.exitCode, bridge.lines.join("\n")] as const;
  };

  const missing = await run(`${folder}/none`, [`--allow-read=${folder}`]);
  const short = await run(`${folder}/short`, [`--allow-read=${folder}`]);
  const forbidden = await run(`${folder}/short`, []);
  await Deno.remove(folder, { recursive: true });

  deepStrictEqual([missing[0], short[0], forbidden[0]], [2, 2, 2]);
  match(missing[1], /^bridge: Cannot read BRIDGE_TOKEN_FILE ".*": there is no such file/);
  match(
    short[1],
    /^bridge: Cannot use BRIDGE_TOKEN_FILE ".*": must be one word of at least 16/,
  );
  match(forbidden[1], /the permission set does not allow it/);
});
