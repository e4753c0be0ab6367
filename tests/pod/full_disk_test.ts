/**
 * Backup and restore on a disk that is full: a filesystem of its own, so that it is really full.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../../core/process.ts";
import { profileFixture } from "../support/profile_fixture.ts";
import { startProgram } from "../support/program.ts";

Deno.test("profile_backup loses nothing on a full disk, and says what is wrong", async () => {
  await using volume = await profileFixture();
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  for (let file = 0; file < 20; file++) {
    await Deno.writeFile(`${volume.root}/chromium-data/Default/blob${file}`, bytes);
    crypto.getRandomValues(bytes);
  }
  const small = await Deno.makeTempDir({ prefix: "hearth-full-" });
  await mount("-t", "tmpfs", "-o", "size=700k", "tmpfs", small);
  try {
    const before = await volume.files();
    const full = await run(["create"], volume.root, small);
    assert.equal(full.code, 1, full.text);
    assert.match(full.text, /Cannot back up ".*" to ".*": No space left on device/);
    const left = await Array.fromAsync(Deno.readDir(small), ({ name }) => name);
    assert.deepEqual(left.sort(), [".lock"]);

    const made = await run(["create"], volume.root, volume.backupDir);
    assert.equal(made.code, 0, made.text);
    await Deno.mkdir(`${small}/chromium-data`);
    await Deno.writeTextFile(`${small}/chromium-data/mine`, "mine");
    const restore = await run(["restore", "latest"], small, volume.backupDir);
    assert.equal(restore.code, 1, restore.text);
    assert.match(restore.text, /No space left on device/);
    assert.equal(await Deno.readTextFile(`${small}/chromium-data/mine`), "mine");
    const names = await Array.fromAsync(Deno.readDir(small), ({ name }) => name);
    assert.deepEqual(names.sort(), [".lock", "chromium-data", "chromium-data.lock"]);
    assert.deepEqual(await volume.files(), before);
  } finally {
    await runCommand("umount", [small]);
    await Deno.remove(small);
  }
});

async function run(args: readonly string[], root: string, backupDir: string) {
  await using program = startProgram("profile_backup", {
    args,
    env: { BACKUP_ROOT: root, BACKUP_DIR: backupDir },
    flags: [`--allow-read=${root},${backupDir}`, `--allow-write=${root},${backupDir}`],
  });
  return { code: await program.exitCode, text: program.lines.join("\n") };
}

async function mount(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand("mount", args);
  assert.equal(code, 0, stderr);
}
