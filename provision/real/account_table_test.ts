import assert from "node:assert/strict";
import fc from "fast-check";
import { accountTable } from "./account_table.ts";

const DAY_MS = 86_400_000;
const PASSWD = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
ada:x:1000:1000:Ada,,,:/home/ada:/bin/zsh
grace:x:1001:100::/home/grace:/bin/bash
`;
const GROUP = `root:x:0:
daemon:x:1:
users:x:100:
ada:x:1000:
docker:x:999:ada,grace
`;
const SHADOW = `root:*:19000:0:99999:7:::
daemon:*:19000:0:99999:7:::
ada:!:19000:0:99999:7::20000:
grace:!:19000:0:99999:7:::
`;
const files = { passwd: PASSWD, group: GROUP, shadow: SHADOW };

Deno.test("accountTable() reads accounts and groups", () => {
  const table = accountTable(files, 0);

  assert.deepEqual(table.account("grace"), {
    uid: 1001,
    gid: 100,
    home: "/home/grace",
    shell: "/bin/bash",
    isExpired: false,
  });
  assert.deepEqual(table.group("docker"), { gid: 999, members: new Set(["ada", "grace"]) });
  assert.equal(table.account("edsger"), undefined);
  assert.equal(table.group("edsger"), undefined);
  assert.deepEqual(table.ownerOfHome("/home/ada"), { user: "ada", uid: 1000 });
});

Deno.test("accountTable() ends an account on its last day", () => {
  const isExpired = (nowMs: number, end: string) => {
    const shadow = SHADOW.replace("20000", end);
    return accountTable({ ...files, shadow }, nowMs).account("ada")?.isExpired;
  };

  assert.equal(isExpired(20_000 * DAY_MS - 1, "20000"), false);
  assert.equal(isExpired(20_000 * DAY_MS, "20000"), true);
  assert.equal(isExpired(30_000 * DAY_MS, ""), false);
  // `chage` writes 1; 0 means something else to each program.
  assert.equal(isExpired(30_000 * DAY_MS, "1"), true);
  assert.equal(isExpired(30_000 * DAY_MS, "0"), false);
});

Deno.test("accountTable() tells no account that useradd did not finish", () => {
  const noShadow = accountTable({ ...files, shadow: SHADOW.replace(/^ada:.*\n/m, "") }, 0);
  const noGroup = accountTable({ ...files, group: GROUP.replace(/^ada:.*\n/m, "") }, 0);

  assert.equal(noShadow.account("ada"), undefined);
  assert.equal(noShadow.hasShadow("ada"), false);
  assert.equal(noGroup.account("ada"), undefined);
  assert.equal(noGroup.hasShadow("ada"), true);
  assert.equal(noGroup.entry("ada")?.gid, 1000);
});

Deno.test("accountTable() knows accounts where it may not read when they end", () => {
  const table = accountTable({ ...files, shadow: undefined }, 30_000 * DAY_MS);

  assert.equal(table.account("ada")?.isExpired, false);
});

Deno.test("accountTable() passes over lines that libc passes over", () => {
  const odd = "\n+::::::\n# ada\nbad:x:one:1::/:/\nshort:x:5\n:x:6:6::/:/\nada:x:7:7:::\n";
  const table = accountTable({
    passwd: PASSWD + odd,
    group: `${GROUP}\n+:::\nbad:x:x:\n`,
    shadow: "",
  }, 0);

  for (const name of ["+", "# ada", "bad", "short", ""]) {
    assert.equal(table.entry(name), undefined, name);
  }
  assert.equal(table.entry("ada")?.uid, 1000);
  assert.equal(table.group("bad"), undefined);
});

Deno.test("accountTable() reads back whatever is written, and throws at nothing", () => {
  const name = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,31}$/);
  const field = fc.string().map((text) => text.replaceAll(/[:\n]/g, ""));
  const id = fc.integer({ min: 0, max: 4_294_967_294 });
  const account = fc.record({ uid: id, gid: id, home: field, shell: field });
  fc.assert(fc.property(fc.dictionary(name, account), (accounts) => {
    const passwd = Object.entries(accounts).map(([user, { uid, gid, home, shell }]) =>
      `${user}:x:${uid}:${gid}:gecos:${home}:${shell}\n`
    ).join("");
    const group = Object.entries(accounts).map(([user, { gid }]) => `${user}:x:${gid}:${user}\n`)
      .join("");
    const table = accountTable({ passwd, group, shadow: undefined }, 0);
    for (const [user, expected] of Object.entries(accounts)) {
      assert.deepEqual(table.account(user), { ...expected, isExpired: false });
      assert.deepEqual(table.group(user)?.members, new Set([user]));
    }
  }));
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), (passwd, shadow) => {
    accountTable({ passwd, group: passwd, shadow }, 0);
  }));
});
