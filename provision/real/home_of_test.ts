import assert from "node:assert/strict";
import { accountTable } from "./account_table.ts";
import { homeOf, NOBODY } from "./home_of.ts";

const ACCOUNTS = accountTable({
  passwd: `root:x:0:0::/root:/bin/sh
t3-dispatch:x:998:998::/:/usr/sbin/nologin
web:x:33:33::/var/www:/bin/sh
ada:x:1000:1000::/home/ada:/bin/sh
grace:x:1001:1001::/srv/people/grace:/bin/sh
`,
  group: "",
  shadow: undefined,
}, 0);

Deno.test("homeOf() finds whose home a path is below", () => {
  const ada = { path: "/home/ada", user: "ada", uid: 1000 };
  const grace = { path: "/srv/people/grace", user: "grace", uid: 1001 };

  assert.deepEqual(homeOf("/home/ada/.claude.json", ACCOUNTS), ada);
  assert.deepEqual(homeOf("/home/ada/a/b/c", ACCOUNTS), ada);
  assert.deepEqual(homeOf("/srv/people/grace/x", ACCOUNTS), grace);
  assert.deepEqual(homeOf("/home/nobody/x", ACCOUNTS), { path: "/home/nobody", uid: NOBODY });
});

Deno.test("homeOf() finds none where only root may change the path", () => {
  const paths = ["/", "/etc/passwd", "/home", "/home/ada", "/srv/people/grace", "/srv/people"];
  for (const path of [...paths, "/root/x", "/var/www/x", "/opt/hearth/node/current"]) {
    assert.equal(homeOf(path, ACCOUNTS), undefined, path);
  }
});
