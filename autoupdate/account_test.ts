/**
 * @module
 */
import assert from "node:assert/strict";
import { commandAs, demandAs, parseAccount } from "./account.ts";
import { openPointers } from "./pointers.ts";

const PASSWD = `root:x:0:0:root:/root:/bin/bash
ada:x:1001:1002:Ada:/home/ada:/bin/bash
odd:x:one:1:Odd:/home/odd:/bin/sh
nohome:x:7:7:::/bin/sh
`;

Deno.test("parseAccount() finds an account by its whole name", () => {
  assert.deepEqual(parseAccount(PASSWD, "ada"), {
    name: "ada",
    uid: 1001,
    gid: 1002,
    home: "/home/ada",
  });
  for (const name of ["ad", "adaa", "", "odd", "nohome", "ada:x"]) {
    assert.equal(parseAccount(PASSWD, name), undefined, name);
  }
});

Deno.test("commandAs() gives up every privilege before anything of the user runs", () => {
  const ada = { name: "ada", uid: 1001, gid: 1002, home: "/home/ada" };

  const { command, args } = commandAs(ada, ["/usr/bin/id"]);

  const end = args.indexOf("--");
  assert.equal(command, "/usr/bin/setpriv");
  for (const flag of ["--reuid=1001", "--regid=1002", "--init-groups", "--no-new-privs"]) {
    assert.ok(args.slice(0, end).includes(flag), flag);
  }
});

Deno.test("demandAs() starts from an empty environment", async () => {
  const me = { name: "ada", uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, home: "/tmp" };

  const text = await demandAs(me, ["/usr/bin/env"]);

  assert.deepEqual(text.trim().split("\n").sort(), [
    "HOME=/tmp",
    "LANG=C.UTF-8",
    "PATH=/usr/bin:/bin",
    "USER=ada",
  ]);
  await assert.rejects(demandAs(me, ["/usr/bin/cat", "/nowhere/file"]), /as ada: .*No such file/);
});

Deno.test("openPointers() goes either way in a directory that takes nothing new", async () => {
  const directory = await Deno.makeTempDir({ prefix: "hearth-pointers-" });
  try {
    const pointers = openPointers(directory);
    await pointers.point("ada", "0.1.0");
    await pointers.prepare("ada", "0.2.0");
    await pointers.prepare("ada", "0.2.0");
    const inodes = async () =>
      new Set(
        (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) =>
          Deno.lstatSync(`${directory}/${name}`).ino
        ),
      );
    const before = await inodes();
    const seen = [];

    for (const version of ["0.2.0", "0.1.0", "0.1.0"]) {
      await pointers.hold("ada");
      seen.push(await pointers.read("ada"));
      await pointers.point("ada", version);
      seen.push(await pointers.read("ada"));
    }

    assert.deepEqual(seen, [undefined, "0.2.0", undefined, "0.1.0", undefined, "0.1.0"]);
    assert.deepEqual(await inodes(), before, "only renamed, never made");
    await pointers.prepare("ada", "0.3.0");
    const names = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
    assert.deepEqual(names.sort(), [".ada.0.3.0", "ada"], "nothing of earlier updates stays");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("openPointers() sets, holds and lists pointers, and takes nothing else for one", async () => {
  const directory = await Deno.makeTempDir({ prefix: "hearth-pointers-" });
  try {
    const pointers = openPointers(directory);
    await Deno.symlink("../versions/../../etc", `${directory}/evil`);
    await Deno.symlink("/opt/t3/versions/0.1.0", `${directory}/elsewhere`);

    await pointers.point("ada", "0.1.0");
    await pointers.point("ada", "0.2.0");
    await pointers.point("grace", "0.1.0");
    await pointers.hold("grace");
    await pointers.hold("grace");

    assert.deepEqual([await pointers.read("ada"), await pointers.read("grace")], [
      "0.2.0",
      undefined,
    ]);
    assert.deepEqual(await pointers.all(), new Map([["ada", "0.2.0"]]));
    assert.equal(await Deno.readLink(`${directory}/ada`), "../versions/0.2.0");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
