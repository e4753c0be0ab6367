import assert from "node:assert/strict";
import { systemClock } from "../../core/clock.ts";
import { runCommand } from "../../core/process.ts";
import { snippetArgs } from "../../tests/support/snippet.ts";
import { testDirectory } from "../../tests/support/snapshot_fixture.ts";
import { copyEtag, protectCopy, writeCopy } from "./local_copy.ts";
import { RefreshFault } from "./refresh_fault.ts";

const deps = { clock: systemClock };
const bytes = (text: string) => new TextEncoder().encode(text);
const modeOf = async (path: string) => ((await Deno.stat(path)).mode ?? 0) & 0o777;

async function names(path: string): Promise<string[]> {
  const entries: string[] = [];
  for await (const entry of Deno.readDir(path)) entries.push(entry.name);
  return entries.sort();
}

Deno.test("writeCopy() makes a private directory and a private file when there are none", async () => {
  await using directory = await testDirectory();
  const path = `${directory.path}/home/.cache/state.json`;

  const isWritten = await writeCopy(path, bytes("one"), deps);

  assert.equal(isWritten, true);
  assert.equal(await Deno.readTextFile(path), "one");
  assert.equal(await modeOf(path), 0o600);
  assert.equal(await modeOf(`${directory.path}/home/.cache`), 0o700);
});

Deno.test("writeCopy() leaves the file alone but for its mode when the content is the same", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("state.json", "one");
  await Deno.chmod(path, 0o644);
  const before = await Deno.stat(path);

  const isWritten = await writeCopy(path, bytes("one"), deps);

  const after = await Deno.stat(path);
  assert.equal(isWritten, false);
  assert.deepEqual([after.ino, after.mtime], [before.ino, before.mtime]);
  assert.equal(await modeOf(path), 0o600);
});

Deno.test("writeCopy() removes what a killed refresh left, and nothing else", async () => {
  await using directory = await testDirectory();
  const path = `${directory.path}/state.json`;
  const uuid = crypto.randomUUID();
  await directory.put(`.state.json.${uuid}.tmp`, "half");
  await directory.put(`.other.json.${uuid}.tmp`, "another's");
  await directory.put("state.json.tmp", "a person's");

  await writeCopy(path, bytes("one"), deps);

  assert.deepEqual(await names(directory.path), [
    `.other.json.${uuid}.tmp`,
    ".state.json.lock",
    "state.json",
    "state.json.tmp",
  ]);
});

Deno.test("writeCopy() lets 30 writers end well when they write at once", async () => {
  await using directory = await testDirectory();
  const path = `${directory.path}/state.json`;
  const texts = Array.from({ length: 30 }, (_, index) => String(index).repeat(10_000));

  await Promise.all(texts.map((text) => writeCopy(path, bytes(text), deps)));

  assert.ok(texts.includes(await Deno.readTextFile(path)));
  assert.deepEqual(await names(directory.path), [".state.json.lock", "state.json"]);
});

Deno.test("writeCopy() is a fault that keeps the old file when the target cannot be written", async () => {
  await using directory = await testDirectory();
  const file = await directory.put("file", "x");
  await Deno.mkdir(`${directory.path}/taken`);

  for (const path of [`${directory.path}/taken`, `${file}/state.json`, "/proc/state.json"]) {
    await assert.rejects(writeCopy(path, bytes("one"), deps), (error) => {
      assert.ok(error instanceof RefreshFault && error.reason === "write", String(error));
      assert.match(
        error.message,
        /^Cannot write ".*": .*; the old file is untouched, check the path/,
      );
      return true;
    });
  }
  assert.deepEqual(await names(directory.path), [".taken.lock", "file", "taken"]);
});

const CAN_MOUNT = (await new Deno.Command("unshare", {
  args: ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"],
  stdout: "null",
  stderr: "null",
}).output().catch(() => undefined))?.success === true;

const FULL_DISK = `
  import { writeCopy } from "@root/snapshot/refresh/local_copy.ts";
  import { systemClock } from "@root/core/clock.ts";
  const fill = await Deno.open("/mnt/filler", { write: true, create: true });
  await writeCopy("/mnt/state.json", new TextEncoder().encode("old"), { clock: systemClock });
  try { while (true) fill.writeSync(new Uint8Array(4096)); } catch { /* full */ }
  try {
    await writeCopy("/mnt/state.json", new Uint8Array(300_000), { clock: systemClock });
    console.log("written");
  } catch (error) { console.log(error.reason, error.exitCode, error.message); }
  console.log(Deno.readTextFileSync("/mnt/state.json"));
  console.log([...Deno.readDirSync("/mnt")].map((entry) => entry.name).sort().join(" "));
`;

Deno.test({
  // Ignored only where the machine forbids user namespaces, so that no small disk can be made.
  name: "writeCopy() says so and keeps the old file when the disk is full",
  ignore: !CAN_MOUNT,
  async fn() {
    const { stdout, stderr } = await runCommand("unshare", [
      "-rm",
      "sh",
      "-c",
      'mount -t tmpfs -o size=1m none /mnt && exec "$0" "$@"',
      Deno.execPath(),
      ...snippetArgs(FULL_DISK),
    ], { deadlineMs: 120_000 });

    const [failure, content, entries] = stdout.split("\n");
    assert.match(
      failure ?? "",
      /^write 17 Cannot write "\/mnt\/state.json": No space left on device/,
      stderr,
    );
    assert.match(failure ?? "", /the old file is untouched, free some space$/);
    assert.equal(content, "old");
    assert.equal(entries, ".state.json.lock filler state.json");
  },
});

const READ_ONLY_DISK = `
  import { writeCopy } from "@root/snapshot/refresh/local_copy.ts";
  import { systemClock } from "@root/core/clock.ts";
  const write = (text) =>
    writeCopy("/mnt/state.json", new TextEncoder().encode(text), { clock: systemClock });
  const remount = (how) => new Deno.Command("mount", {
    args: ["-o", "remount,size=1m," + how, "/mnt"],
  }).outputSync();
  await write("old");
  remount("ro");
  try {
    await write("new");
    console.log("written");
  } catch (error) { console.log(error.reason, error.exitCode, error.message); }
  console.log(Deno.readTextFileSync("/mnt/state.json"));
  remount("rw");
  await write("new");
  console.log(Deno.readTextFileSync("/mnt/state.json"));
`;

Deno.test({
  name: "writeCopy() says so and keeps the old file when the disk is read-only, until it is not",
  ignore: !CAN_MOUNT,
  async fn() {
    const { stdout, stderr } = await runCommand("unshare", [
      "-rm",
      "sh",
      "-c",
      'mount -t tmpfs -o size=1m none /mnt && exec "$0" "$@"',
      Deno.execPath(),
      ...snippetArgs(READ_ONLY_DISK),
    ], { deadlineMs: 120_000 });

    const [failure, before, after] = stdout.split("\n");
    assert.match(
      failure ?? "",
      /^write 17 Cannot write "\/mnt\/state.json": Read-only file system/,
      stderr,
    );
    assert.match(
      failure ?? "",
      /the file system is read-only, choose another PLAYWRIGHT_SNAPSHOT_P/,
    );
    assert.deepEqual([before, after], ["old", "new"]);
  },
});

Deno.test("copyEtag() is undefined when there is no copy that can be read", async () => {
  await using directory = await testDirectory();

  assert.equal(await copyEtag(`${directory.path}/missing`), undefined);
  assert.equal(await copyEtag(directory.path), undefined);
});

Deno.test("protectCopy() does nothing when there is no copy", async () => {
  await using directory = await testDirectory();

  await protectCopy(`${directory.path}/missing`);

  assert.deepEqual(await names(directory.path), []);
});
