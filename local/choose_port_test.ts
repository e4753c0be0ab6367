import assert from "node:assert/strict";
import fc from "fast-check";
import { choosePort, tryLoopbackPort } from "./choose_port.ts";

Deno.test("choosePort() keeps the wanted port when it is free", () => {
  assert.equal(choosePort(9222, new Set(), (port) => port), 9222);
});

Deno.test("choosePort() never promises a port twice", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }),
    fc.uniqueArray(fc.integer({ min: 1, max: 30 })),
    (wanted, inUse) => {
      const taken = new Set<number>();
      let next = 1_000;
      const tryPort = (port: number) => {
        // The kernel may offer the same port again while nobody listens on it.
        if (port === 0) return 1_000 + (next++ >> 1);
        return inUse.includes(port) ? undefined : port;
      };

      const chosen = wanted.map((port) => choosePort(port, taken, tryPort));

      assert.equal(new Set(chosen).size, chosen.length);
      assert.ok(chosen.every((port) => !inUse.includes(port)));
    },
  ));
});

Deno.test("tryLoopbackPort() says when a port is taken", () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  assert.equal(tryLoopbackPort(listener.addr.port), undefined);
});
