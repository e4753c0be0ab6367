import assert from "node:assert/strict";
import fc from "fast-check";
import { choosePort, isFreeOnLoopback } from "./choose_port.ts";

Deno.test("choosePort() keeps the wanted port when it is free", () => {
  assert.equal(choosePort(9222, new Set(), () => true), 9222);
});

Deno.test("choosePort() gives one that no connection is given when the wanted one is taken", () => {
  const inUse = [9222, 19222];

  const port = choosePort(9222, new Set([19223]), (port) => !inUse.includes(port));

  assert.equal(port, 19224);
});

Deno.test("choosePort() never promises a port twice", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }),
    fc.uniqueArray(fc.oneof(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 10_001, max: 10_050 }),
    )),
    (wanted, inUse) => {
      const taken = new Set<number>();

      const chosen = wanted.map((port) => choosePort(port, taken, (port) => !inUse.includes(port)));

      assert.equal(new Set(chosen).size, chosen.length);
      assert.ok(chosen.every((port) => !inUse.includes(port)));
    },
  ));
});

Deno.test("isFreeOnLoopback() says when a port is taken", () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  assert.equal(isFreeOnLoopback(listener.addr.port), false);
});
