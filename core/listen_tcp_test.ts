import assert from "node:assert/strict";
import { Fault } from "./fault.ts";
import { listenTcp } from "./listen_tcp.ts";

Deno.test("listenTcp() says that a port is taken", () => {
  using first = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const { port } = first.addr;

  assert.throws(() => listenTcp({ hostname: "127.0.0.1", port }), (error) => {
    assert.ok(error instanceof Fault);
    const expected = `Cannot listen on 127.0.0.1:${port}: the port is taken by another process`;
    assert.equal(error.message, expected);
    return true;
  });
});

Deno.test("listenTcp() says that an address is not this machine's", () => {
  assert.throws(
    () => listenTcp({ hostname: "192.0.2.1", port: 0 }),
    /Cannot listen on 192\.0\.2\.1:0: the machine has no such address/,
  );
});
