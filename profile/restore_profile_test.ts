import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../core/clock.ts";
import { claimProfile } from "../core/profile_claim.ts";
import { type ProfileFixture, profileFixture } from "../tests/support/profile_fixture.ts";
import { createArchive } from "./create_archive.ts";
import { restoreProfile } from "./restore_profile.ts";

const PREFERENCES = "chromium-data/Default/Preferences";

Deno.test("restoreProfile() brings back what was archived and keeps what it replaces", async () => {
  await using volume = await profileFixture();
  const { path } = await create(volume);
  const archived = (await volume.files()).get(PREFERENCES);
  await Deno.writeTextFile(`${volume.root}/${PREFERENCES}`, "lost");

  const { replaced } = await restore(volume, path);

  const files = await volume.files();
  assert.equal(files.get(PREFERENCES), archived);
  const kept = `${replaced?.slice(volume.root.length + 1)}/${PREFERENCES}`;
  assert.equal(files.get(kept), new TextEncoder().encode("lost").toHex());
  assert.ok(![...files.keys()].some((name) => name.startsWith(".restore-")));
});

Deno.test("restoreProfile() fills a volume that is empty", async () => {
  await using volume = await profileFixture();
  const { path } = await create(volume);
  for (const name of ["chromium-data", "snapshots"]) {
    await Deno.remove(`${volume.root}/${name}`, { recursive: true });
  }

  const { replaced } = await restore(volume, path);

  assert.equal(replaced, undefined);
  assert.ok((await volume.files()).has(PREFERENCES));
});

Deno.test("restoreProfile() changes nothing when a browser claims the profile", async () => {
  await using volume = await profileFixture();
  const { path } = await create(volume);
  const before = await volume.files();
  const profile = `${volume.root}/chromium-data`;
  {
    using _claim = await claimProfile(profile, 0, systemClock);

    await assert.rejects(
      restore(volume, path),
      /a browser or another restore holds the profile \(".*\/chromium-data\.lock" is locked\), it must be stopped first/,
    );
  }
  assert.deepEqual(await volume.files(), before);

  await restore(volume, path);

  using claim = await claimProfile(profile, 0, systemClock);
  assert.ok(claim !== undefined, "the restore let go of the profile");
});

Deno.test("restoreProfile() changes nothing when another Chromium has the profile open", async () => {
  await using volume = await profileFixture();
  const { path } = await create(volume);
  const before = await volume.files();
  using chromium = new DatabaseSync(`${volume.root}/chromium-data/Default/History`);
  chromium.exec("PRAGMA locking_mode = exclusive; BEGIN EXCLUSIVE");

  await assert.rejects(
    restore(volume, path),
    /Cannot restore ".*" to ".*": a Chromium has the profile open \(".*History" is locked\), it must be stopped first/,
  );

  chromium.exec("ROLLBACK");
  chromium.close();
  assert.deepEqual(await volume.files(), before);
});

Deno.test("restoreProfile() changes nothing when the volume is somebody else's or the archive damaged", async () => {
  await using volume = await profileFixture();
  const { path } = await create(volume);
  const before = await volume.files();

  const uid = (Deno.uid() ?? 0) + 1;
  await assert.rejects(restore(volume, path, uid), /belongs to user \d+, must belong to this/);
  await Deno.truncate(path, 1_000);
  await assert.rejects(restore(volume, path), /damaged or cut short|damaged, it ends too early/);
  await assert.rejects(restore(volume, `${path}.gone`), /there is no such file/);

  assert.deepEqual(await volume.files(), before);
});

Deno.test("restoreProfile() takes a volume that is shared by a group, as kubelet leaves one to root", async () => {
  await using volume = await profileFixture();
  const { path } = await create(volume);
  // Not this test's user: the one that owns the volume is another one.
  const uid = (Deno.uid() ?? 0) + 1;
  await Deno.chmod(volume.root, 0o2775);
  await assert.rejects(restore(volume, path, uid), /chromium-data" belongs to user \d+, must/);
  await Deno.chmod(`${volume.root}/chromium-data`, 0o2770);
  await Deno.chmod(`${volume.root}/snapshots`, 0o2770);
  await restore(volume, path, uid);
  for (const name of ["chromium-data", "snapshots"]) {
    await Deno.remove(`${volume.root}/${name}`, { recursive: true });
  }

  const { replaced } = await restore(volume, path, uid);

  assert.equal(replaced, undefined);
  assert.ok((await volume.files()).has(PREFERENCES));
});

function create({ root, backupDir, log }: ProfileFixture) {
  return createArchive({ root, backupDir, log, scratchDir: backupDir, clock: systemClock });
}

function restore({ root, log }: ProfileFixture, path: string, uid = Deno.uid() ?? -1) {
  return restoreProfile({ path, root, uid, log, clock: systemClock });
}
