import assert from "node:assert/strict";
import fc from "fast-check";
import { runCommand } from "../../core/process.ts";
import { findHolder, parseListeners, readListeners, unitOfGroup } from "./listener_table.ts";

const HEADING =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n";
const TCP = `${HEADING}
   0: 0100007F:22E3 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 42 1 0 100
   1: 0100007F:22E3 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 43 1 0 100
   2: 0100007F:D431 0100007F:22E3 01 00000000:00000000 00:00000000 00000000  1001        0 44 1 0 100
   3: 0100007F:22E3 0100007F:D432 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0
`;
const TCP6 = `${HEADING}
   0: 00000000000000000000000001000000:22E3 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1005        0 50 1 0 100
   1: 00000000000000000000000000000000:0EBD 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 51 1 0 100
   2: 0000000000000000FFFF00000100007F:22E3 0000000000000000FFFF00000100007F:D433 01 00000000:00000000 00:00000000 00000000  1000        0 52 1 0 100
`;

Deno.test("parseListeners() tells who listens and how many are connected", () => {
  assert.deepEqual(
    parseListeners(TCP + TCP6),
    new Map([
      [8931, { uid: 1000, inode: "42", connections: 2, others: [1005] }],
      [3773, { uid: 0, inode: "51", connections: 0 }],
    ]),
  );
});

Deno.test("parseListeners() tells of no other where one account has both addresses", () => {
  const found = parseListeners(TCP + TCP6.replace("1005", "1000"));

  assert.deepEqual(found.get(8931), { uid: 1000, inode: "42", connections: 2 });
});

Deno.test("parseListeners() throws at nothing", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    parseListeners(text);
  }));
});

Deno.test("readListeners() and findHolder() find this process", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using accepted = await listener.accept();

  const found = readListeners().get(listener.addr.port);

  assert.ok(connection.localAddr !== undefined && accepted.localAddr !== undefined);
  assert.deepEqual(found, { uid: Deno.uid(), inode: found?.inode, connections: 1 });
  const holder = findHolder(found?.inode ?? "");
  assert.equal(holder?.pid, Deno.pid);
  const { stdout } = await runCommand("/usr/bin/cat", [`/proc/${Deno.pid}/comm`]);
  assert.equal(holder?.command, stdout.trim());
  assert.equal(findHolder("999999999999"), undefined);
});

Deno.test("unitOfGroup() is the unit of the system manager", () => {
  const units = [
    "0::/system.slice/system-t3\\x2dserve.slice/t3-serve@ada.service",
    "1:name=systemd:/user.slice/user-1000.slice/user@1000.service/app.slice/mcp.service",
    "0::/user.slice/user-1000.slice/session-3.scope",
    "0::/init.scope",
    "0::/",
    "0::/user.slice",
  ].map(unitOfGroup);

  assert.deepEqual(units, [
    "t3-serve@ada.service",
    "user@1000.service",
    "session-3.scope",
    "init.scope",
    undefined,
    undefined,
  ]);
});
