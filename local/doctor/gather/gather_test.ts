/**
 * Gathering, from real things: a listener, files, a server, a disk.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { wiredIn } from "./agents.ts";
import { gatherDisks, parseCaches, parseDisks, parseReadOnly } from "./disks.ts";
import { parseDrift } from "./drift.ts";
import { gatherListeners, parseProcess, parseSockets } from "./listeners.ts";
import { gatherSecrets } from "./secrets.ts";
import { gatherSnapshots } from "./snapshots.ts";
import { gatherSilentPorts } from "./silent_ports.ts";
import { freezeReason, lastRunMs } from "./updates.ts";
import { parseUnits } from "./units.ts";
import { gatherUsers, parseVariables } from "./users.ts";

const DIGEST_OF_COPY = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

async function directory() {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("gatherListeners() names who holds a port when it is taken", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  const found = (await gatherListeners()).find(({ port }) => port === listener.addr.port);

  assert.equal(found?.pid, Deno.pid);
  assert.equal(found?.uid, Deno.uid());
  assert.equal(found?.command, "deno");
});

Deno.test("gatherSecrets() tells mode, owner and emptiness when a file is there", async () => {
  await using made = await directory();
  await Deno.writeTextFile(`${made.path}/token`, "");
  await Deno.chmod(`${made.path}/token`, 0o644);
  await Deno.symlink("/etc/passwd", `${made.path}/link`);
  const owner = { name: "me", uid: Deno.uid() ?? -1 };

  const found = await gatherSecrets(
    ["token", "link", "missing"].map((name) => ({
      ...{ path: `${made.path}/${name}`, owner, wanted: 0o600 },
    })),
  );

  assert.deepEqual(found.map(({ path, mode, uid, isEmpty }) => [path, mode, uid, isEmpty]), [
    [`${made.path}/token`, 0o644, Deno.uid(), true],
  ]);
});

Deno.test("gatherSnapshots() tells freshness, time and refusal when a server answers", async () => {
  await using made = await directory();
  await Deno.writeTextFile(`${made.path}/token`, "s3cret\n");
  await Deno.writeTextFile(`${made.path}/copy`, "hello");
  const skewed = new Date(Date.now() - 3_600_000).toUTCString();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const isKnown = request.headers.get("if-none-match") === `"${DIGEST_OF_COPY}"`;
    const status = request.headers.get("authorization") !== "Bearer s3cret"
      ? 401
      : new URL(request.url).pathname === "/fresh" && isKnown
      ? 304
      : 200;
    return new Response(status === 304 ? null : "x", {
      status,
      headers: { date: skewed, "x-snapshot-age-ms": "7000" },
    });
  });
  const of = (path: string, name = "token") => ({
    user: "ada",
    url: `http://127.0.0.1:${server.addr.port}${path}`,
    follower: "f",
    isPipeline: false,
    tokenPath: `${made.path}/${name}`,
    copyPath: `${made.path}/copy`,
  });
  await Deno.writeTextFile(`${made.path}/wrong`, "other\n");

  const found = await gatherSnapshots([of("/fresh"), of("/stale"), of("/fresh", "wrong")]);

  assert.ok(!JSON.stringify(found).includes("s3cret"));
  const answers = found.map(({ answer }) => answer);
  assert.deepEqual(answers.map((each) => each.kind === "answered" && each.status), [304, 200, 401]);
  const [fresh] = answers;
  assert.ok(fresh?.kind === "answered" && fresh.hasCopy);
  assert.equal(fresh.ageMs, 7_000);
  const skewMs = fresh.atMs - (fresh.dateMs ?? 0);
  assert.ok(skewMs > 3_590_000 && skewMs < 3_700_000, String(skewMs));
});

Deno.test("gatherSnapshots() says why when nobody answers", async () => {
  await using made = await directory();
  await Deno.writeTextFile(`${made.path}/token`, "s3cret\n");
  using closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = closed.addr;
  closed.close();

  const [found] = await gatherSnapshots([{
    user: "ada",
    url: `http://127.0.0.1:${port}/api/snapshot`,
    follower: "f",
    isPipeline: false,
    tokenPath: `${made.path}/token`,
    copyPath: `${made.path}/missing`,
  }]);

  assert.ok(found?.answer.kind === "failed");
  assert.match(found.answer.error, /refused/i);
});

Deno.test("gatherDisks() tells the room of each file system once when directories share one", async () => {
  const found = await gatherDisks(["/", "/usr/../", "/no/such/directory"]);

  assert.deepEqual(found.map(({ path }) => path), ["/"]);
  assert.ok((found[0]?.sizeBytes ?? 0) > (found[0]?.availableBytes ?? 0));
});

Deno.test("parseDisks() has no limit of files when the file system has none", () => {
  const text =
    "1B-blocks Avail Inodes IFree Mounted on\n 10 4 0 0 /a b\n 10 4 - - /c\n 10 4 9 3 /d\n";

  assert.deepEqual(parseDisks(text).map(({ path, availableFiles }) => [path, availableFiles]), [
    ["/a b", undefined],
    ["/c", undefined],
    ["/d", 3],
  ]);
});

Deno.test("parseReadOnly() goes by what is mounted last when two are at one place", () => {
  const mounts =
    "a / ext4 rw,noatime 0 0\nb /x\\040y ext4 ro 0 0\nc /z ext4 ro 0 0\nd /z t rw 0 0\n";

  assert.deepEqual([...parseReadOnly(mounts)], ["/x y"]);
});

Deno.test("parseCaches() tells what can go, by file system, when something is there", () => {
  const targets = "File Mounted on\n/var/cache/apt/archives /var\n/var/log/journal /var\n";

  const found = parseCaches(targets, "4096\t/var/cache/apt/archives\n0\t/var/log/journal\n");

  assert.deepEqual([...found], [["/var", [{ sizeBytes: 4096, command: "apt-get clean" }]]]);
});

Deno.test("gatherSilentPorts() tells who listens and does not answer", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("no", { status: 404 }),
  );
  using hanging = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  const found = await gatherSilentPorts([server.addr.port, hanging.addr.port], 3_000);

  assert.deepEqual(found, [hanging.addr.port]);
});

Deno.test("gatherUsers() reads accounts and ports when units have files", async () => {
  await using made = await directory();
  const url = "https://chrome.example.com/api/snapshot";
  await Deno.writeTextFile(
    `${made.path}/playwright-ada.env`,
    `# ours\nPLAYWRIGHT_PORT=8931\nPLAYWRIGHT_SNAPSHOT_URL="${url}"\n`,
  );
  await Deno.writeTextFile(`${made.path}/playwright-bob.env`, "PLAYWRIGHT_PORT=0\n");
  await Deno.writeTextFile(`${made.path}/ada.env`, "T3_PORT=3773\n");
  await Deno.writeTextFile(`${made.path}/passwd`, "ada:x:1000:1001::/srv/ada:/bin/sh\n");

  const found = await gatherUsers(made.path, `${made.path}/passwd`);

  const ada = {
    ...{ user: "ada", uid: 1000, gid: 1001, home: "/srv/ada" },
    ...{ mcpPort: 8931, t3Port: 3773 },
  };
  const bob = { user: "bob", uid: undefined, gid: undefined, home: "/home/bob" };
  assert.deepEqual(found, [
    { ...ada, snapshotUrl: url },
    { ...bob, mcpPort: undefined, t3Port: undefined, snapshotUrl: undefined },
  ]);
});

Deno.test("parsers of gathered text never throw when it is anything", () => {
  const line = fc.string({ unit: "binary", maxLength: 60 });
  const text = fc.array(line).map((lines) => lines.join("\n"));
  fc.assert(fc.property(text, (any) => {
    parseDisks(any);
    parseReadOnly(any);
    parseCaches(any, any);
    freezeReason(any);
    lastRunMs(any);
    parseSockets(any);
    parseProcess(any);
    parseUnits(any);
    parseVariables(any);
    wiredIn(any, "mcp", false);
    wiredIn(any, "mcp", true);
    assert.notEqual(parseDrift(any, "", 1).error, undefined);
  }));
});

Deno.test("freezeReason() tells the reason, whoever wrote it down", () => {
  for (
    const [text, said] of [
      [JSON.stringify({ reason: "demo on Friday", at: "2026-11-18" }, null, 2), "demo on Friday"],
      ["\n  demo on Friday\nuntil noon\n", "demo on Friday"],
      ['{"why": "by hand"}', '{"why": "by hand"}'],
    ]
  ) assert.equal(freezeReason(text ?? ""), `"/etc/t3-autoupdate.freeze" is there (${said})`);
  assert.equal(freezeReason(""), '"/etc/t3-autoupdate.freeze" is there');
});

Deno.test("parseUnits() tells a condition that was never looked at from one that failed", () => {
  const block = (name: string, result: string, at: string) =>
    `Id=${name}\nActiveState=inactive\nUnitFileState=enabled\nResult=success\n` +
    `ConditionResult=${result}\nConditionTimestampMonotonic=${at}\n`;

  const found = parseUnits(`${block("a", "no", "0")}\n${block("b", "no", "7")}\n`);

  assert.deepEqual(found.map(({ name, isConditionMet }) => [name, isConditionMet]), [
    ["a", true],
    ["b", false],
  ]);
});

Deno.test("parseDrift() keeps what is not as it should be when a plan has ended", () => {
  const item = (result: string) =>
    `{"version":1,"type":"item","scope":"ada","resource":"${result}","result":"${result}"}\n`;
  const lines = `{"version":1,"type":"start"}\n${item("ok")}${item("pending")}${item("skipped")}` +
    `${item("error")}{"version":1,"type":"end","is_whole":true}\n`;

  const { items, error } = parseDrift(lines, "", 2);

  assert.deepEqual(items.map(({ result }) => result), ["pending", "error"]);
  assert.equal(error, undefined);
  assert.equal(parseDrift("", "a\nprovision: no roster\n", 2).error, "provision: no roster");
});

const CONFIGS: readonly (readonly [text: string, key: string, isToml: boolean, unknown])[] = [
  ['{"mcpServers":{"playwright":{"url":"http://a"}}}', "mcpServers", false, { url: "http://a" }],
  ['// x\n{"mcpServers":{"playwright":{"httpUrl":"http://b"},}}', "mcpServers", false, {
    url: "http://b",
  }],
  ['[mcp_servers.playwright]\nurl = "http://c"\n', "mcp_servers", true, { url: "http://c" }],
  ['{"mcpServers":{"playwright":{"command":"npx"}}}', "mcpServers", false, "program"],
  ['{"mcpServers":{"playwright":null}}', "mcpServers", false, "program"],
  ["{}", "mcp", false, "nothing"],
  ["", "mcp", false, "nothing"],
  ["{", "mcp", false, "unreadable"],
  ["a = ", "mcp", true, "unreadable"],
];
for (const [text, key, isToml, wanted] of CONFIGS) {
  Deno.test(`wiredIn() is ${JSON.stringify(wanted)} when a file is ${JSON.stringify(text)}`, () => {
    assert.deepEqual(wiredIn(text, key, isToml), wanted);
  });
}
