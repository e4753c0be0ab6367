import assert from "node:assert/strict";
import fc from "fast-check";
import { judgeMint } from "./mint_request.ts";
import { parseRoutingTable, type RoutingTable } from "./routing_table.ts";

const PASSWD = `root:x:0:0:root:/root:/bin/bash
t3-dispatch:x:998:998::/:/usr/sbin/nologin
ada:x:1001:1001:,,,:/home/ada:/bin/bash
grace:x:1002:0::/home/grace:/bin/bash
broken:x:abc
`;

function table(...users: string[]): RoutingTable {
  const entries = users.map((user, at) => [`id${at}`, { os_user: user, port: 3_773 + at }]);
  const result = parseRoutingTable(JSON.stringify(Object.fromEntries(entries)));
  assert.ok(result.kind === "table");
  return result.table;
}

const all = table("ada", "root", "t3-dispatch", "grace", "broken", "absent");

Deno.test("judgeMint() allows a person somebody is led to", () => {
  assert.deepEqual(judgeMint("ada", all, PASSWD), {
    kind: "allowed",
    account: { user: "ada", uid: 1_001, gid: 1_001 },
  });
});

Deno.test("judgeMint() refuses accounts of the system even when the table names them", () => {
  const refused = ["root", "t3-dispatch", "grace", "broken", "absent"];

  assert.deepEqual(
    refused.map((user) => judgeMint(user, all, PASSWD).kind),
    refused.map(() => "invalid"),
  );
  assert.equal(judgeMint("ada", table("grace"), PASSWD).kind, "unmapped");
});

Deno.test("judgeMint() allows nothing that is not plainly a name, whatever it is asked", () => {
  const hostile = [
    "",
    "-u",
    "--help",
    "ada;id",
    "$(id)",
    "ada\n",
    "../ada",
    "ada root",
    "АDA",
    "a\0",
  ];
  for (const user of hostile) assert.equal(judgeMint(user, all, PASSWD).kind, "invalid", user);
  fc.assert(fc.property(fc.string({ unit: "binary" }), (user) => {
    assert.ok(user === "ada" || judgeMint(user, all, PASSWD).kind !== "allowed");
  }));
});
