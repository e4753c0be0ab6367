import assert from "node:assert/strict";
import { readDispatchConfig } from "./config.ts";

const read = (env: Record<string, string>) => readDispatchConfig({ get: (name) => env[name] });

Deno.test("readDispatchConfig() trusts loopback and mints through sudo when nothing is set", () => {
  const config = read({});

  assert.equal(config.DISPATCH_LISTEN_PORT, 3780);
  assert.equal(config.trustedPeers.length, 2);
  assert.deepEqual(config.mintWay, {
    command: ["/usr/bin/sudo", "-n", "/usr/local/bin/t3-mint"],
  });
});

Deno.test("readDispatchConfig() mints over the socket when there is one", () => {
  const { mintWay } = read({ DISPATCH_MINT_SOCKET: "/run/t3-mint.socket" });

  assert.deepEqual(mintWay, { socket: "/run/t3-mint.socket" });
});

Deno.test("readDispatchConfig() names what is wrong", () => {
  assert.throws(() => read({ DISPATCH_TRUSTED_PEERS: "ingress" }), /holds "ingress"/);
  assert.throws(() => read({ DISPATCH_IDENTITY_HEADER: "X User" }), /must be a header's name/);
});
