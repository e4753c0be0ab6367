/**
 * Archives of a volume: made, unpacked again, damaged in every way, and restored.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { systemClock } from "../core/clock.ts";
import { runCommand } from "../core/process.ts";
import { type ProfileFixture, profileFixture, readTree } from "../tests/support/profile_fixture.ts";
import { createArchive } from "./create_archive.ts";
import { listArchives } from "./list_archives.ts";
import { unpackArchive } from "./unpack_archive.ts";

Deno.test("createArchive() keeps all but caches and locks, and unpackArchive() gives it back", async () => {
  await using volume = await profileFixture();

  const { path, files } = await create(volume);
  const unpacked = await unpack(volume, path);

  assert.match(path, /\/\d{4}(_\d\d){5}\.tar\.gz$/);
  const expected = new Map(await volume.files());
  expected.delete("chromium-data.lock");
  for (const name of [...expected.keys()]) if (name.includes("/Cache/")) expected.delete(name);
  // A database is copied row by row, so its bytes may differ where its content does not.
  for (const name of ["Cookies", "History"]) expected.delete(`chromium-data/Default/${name}`);
  for (const [name, content] of expected) assert.equal(unpacked.tree.get(name), content, name);
  assert.equal(unpacked.tree.size, expected.size + 2);
  assert.equal(files, unpacked.tree.size);
  assert.equal(unpacked.manifest?.chromium, "156.0.8078.79");
  assert.deepEqual(unpacked.manifest?.damaged, []);
});

Deno.test("createArchive() leaves an archive that tar, gzip and sha256sum agree with", async () => {
  await using volume = await profileFixture();

  const { path } = await create(volume);

  const to = await Deno.makeTempDir({ prefix: "hearth-untar-" });
  const name = path.slice(path.lastIndexOf("/") + 1);
  const check =
    `cd "${volume.backupDir}" && sha256sum -c "${name}.sha256" && tar -xzf "${name}" -C "${to}"`;
  const { code, stderr } = await runCommand("sh", ["-c", check]);
  assert.equal(code, 0, stderr);
  assert.ok((await readTree(to)).has("chromium-data/Default/Cookies"));
  await Deno.remove(to, { recursive: true });
});

Deno.test("createArchive() copies a database whole that is locked and in the middle of a write", async () => {
  await using volume = await profileFixture();
  const history = `${volume.root}/chromium-data/Default/History`;
  using writer = new DatabaseSync(history);
  writer.exec("PRAGMA locking_mode = exclusive; BEGIN EXCLUSIVE");
  // More than its memory holds, so that pages are in the file before the commit.
  writer.exec("PRAGMA cache_size = 2");
  const insert = writer.prepare("INSERT INTO rows (text) VALUES (?)");
  for (let row = 0; row < 500; row++) insert.run("never committed".repeat(20));

  const { path } = await create(volume);
  writer.exec("ROLLBACK");

  const { directory } = await unpack(volume, path);
  using copy = new DatabaseSync(`${directory}/chromium-data/Default/History`);
  assert.deepEqual(copy.prepare("SELECT text FROM rows").all().map(({ text }) => text), ["one"]);
});

Deno.test("createArchive() archives what is damaged as it is, and says so", async () => {
  await using volume = await profileFixture();
  const path = `${volume.root}/chromium-data/Default/History`;
  const bytes = await Deno.readFile(path);
  bytes.fill(0xff, 100, 4_000);
  await Deno.writeFile(path, bytes);

  const archive = await create(volume);

  const { manifest, tree } = await unpack(volume, archive.path);
  assert.deepEqual(manifest?.damaged, ["chromium-data/Default/History"]);
  assert.equal(tree.get("chromium-data/Default/History"), bytes.toHex());
  assert.match(volume.lines.join("\n"), /Default\/History.* is damaged in the profile itself/);
});

Deno.test("createArchive() gives two archives of one second two names", async () => {
  await using volume = await profileFixture();
  const clock = { ...systemClock, now: () => Date.parse("2026-06-04T18:23:05Z") };

  const paths = [await create(volume, { clock }), await create(volume, { clock })];

  assert.deepEqual(paths.map(({ path }) => path.slice(-27)), [
    "/2026_06_04_18_23_05.tar.gz",
    "/2026_06_04_18_23_06.tar.gz",
  ]);
});

Deno.test("createArchive() leaves nothing when its check fails or the volume holds no profile", async () => {
  await using volume = await profileFixture();
  await assert.rejects(
    create(volume, { check: () => Promise.reject(new Error("not this one")) }),
    /not this one/,
  );
  await Deno.remove(`${volume.root}/chromium-data`, { recursive: true });
  await assert.rejects(create(volume), /it holds no "chromium-data", must be the volume/);

  const left = await Array.fromAsync(Deno.readDir(volume.backupDir), ({ name }) => name);
  assert.deepEqual(left, [".lock"]);
});

Deno.test("createArchive() removes what a killed one left, and refuses to run beside another", async () => {
  await using volume = await profileFixture();
  const leftover = `.2026_06_04_18_23_05.tar.gz.${crypto.randomUUID()}.tmp`;
  await Deno.writeTextFile(`${volume.backupDir}/${leftover}`, "half");

  await create(volume, {
    check: async () => await assert.rejects(create(volume), /another backup/),
  });

  const left = await Array.fromAsync(Deno.readDir(volume.backupDir), ({ name }) => name);
  assert.equal(left.length, 3);
  assert.ok(!left.includes(leftover));
});

Deno.test("createArchive() keeps plain files out of the archives' place when it encrypts", async () => {
  await using volume = await profileFixture();
  const scratchDir = await Deno.makeTempDir({ dir: `${volume.root}/..` });
  const identity = `${scratchDir}/identity`;
  const keygen = await runCommand("/usr/bin/age-keygen", ["-o", identity]);
  const recipient = /age1\w+/.exec(keygen.stderr)?.[0] ?? "";
  const names = (path: string) => Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  let beside: string[] = [];
  let elsewhere: string[] = [];

  const { path } = await create(volume, {
    ...{ scratchDir, recipient },
    async check() {
      beside = await names(volume.backupDir);
      elsewhere = await names(scratchDir);
    },
  });

  assert.deepEqual(beside.filter((name) => name !== ".lock" && !/\.age\./.test(name)), []);
  assert.equal(elsewhere.length, 2);
  assert.deepEqual(await names(scratchDir), ["identity"]);
  assert.match(path, /\.tar\.gz\.age$/);
});

Deno.test("unpackArchive() refuses an archive that was changed, at whatever byte", async () => {
  await using volume = await profileFixture();
  const { path, size } = await create(volume);
  const whole = await Deno.readFile(path);
  await fc.assert(
    fc.asyncProperty(fc.nat(size - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const changed = whole.slice();
      changed[at] = (changed[at] ?? 0) ^ mask;
      await Deno.writeFile(path, changed);
      await assert.rejects(unpack(volume, path), /Cannot unpack ".*": /);
    }),
    { numRuns: 40 },
  );
});

Deno.test("unpackArchive() refuses an archive that was cut short, digest or not", async () => {
  await using volume = await profileFixture();
  const { path, size } = await create(volume);
  const whole = await Deno.readFile(path);
  await Deno.remove(`${path}.sha256`);
  await fc.assert(
    fc.asyncProperty(fc.nat(size - 1), async (length) => {
      await Deno.writeFile(path, whole.subarray(0, length));
      await assert.rejects(unpack(volume, path), /Cannot unpack ".*": it is damaged|cut short/);
    }),
    { numRuns: 40 },
  );
});

Deno.test("unpackArchive() refuses an entry that leads elsewhere", async () => {
  await using volume = await profileFixture();
  const path = `${volume.backupDir}/2026_06_04_18.tar.gz`;
  const tar = ["-P", "--transform", "s,chromium-data,../chromium-data,", "-C", volume.root];
  await runCommand("tar", [...tar, "-czf", path, "chromium-data"]);

  await assert.rejects(unpack(volume, path), /leads elsewhere, must stay inside/);
});

Deno.test("unpackArchive() reads the archives of earlier backups, without locks and caches", async () => {
  await using volume = await profileFixture();
  const path = `${volume.backupDir}/2026_06_04_18.tar.gz`;
  await runCommand("tar", ["-czf", path, "-C", volume.root, "."]);

  const { tree, manifest } = await unpack(volume, path);

  assert.equal(manifest, undefined);
  assert.ok(tree.has("chromium-data/Default/Preferences"));
  assert.ok(tree.has("snapshots/storage-state.json"));
  assert.ok(![...tree.keys()].some((name) => /Cache|Singleton/.test(name)));
  assert.match(volume.lines.join("\n"), /has no digest beside it/);
});

Deno.test("listArchives() tells archives from everything else, newest first", async () => {
  await using volume = await profileFixture();
  const { path } = await create(volume);
  for (const name of ["2026_06_04_18.tar.gz", "notes.txt", "2026_01_01_00.tar.gz.sha256"]) {
    await Deno.writeTextFile(`${volume.backupDir}/${name}`, "");
  }

  const { archives, orphans } = await listArchives(volume.backupDir);

  assert.deepEqual(archives.map(({ name, hasDigest }) => [name, hasDigest]), [
    [path.slice(path.lastIndexOf("/") + 1), true],
    ["2026_06_04_18.tar.gz", false],
  ]);
  assert.deepEqual(orphans, ["2026_01_01_00.tar.gz.sha256"]);
});

function create(
  { root, backupDir, log }: ProfileFixture,
  more: Partial<Parameters<typeof createArchive>[0]> = {},
) {
  return createArchive({
    ...{ root, backupDir, log, scratchDir: backupDir, clock: systemClock },
    ...more,
  });
}

async function unpack(volume: ProfileFixture, path: string) {
  const directory = await Deno.makeTempDir({ dir: `${volume.root}/..` });
  const { manifest } = await unpackArchive({ path, to: directory, log: volume.log });
  return { directory, manifest, tree: await readTree(directory) };
}
