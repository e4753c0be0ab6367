/**
 * Puts a copy back in a user's home, as the user.
 *
 * The order is what matters: the server is stopped by then; the files that are there are moved
 * aside together with their `-wal`, `-shm` and `-journal`, since one that stays is played into
 * whatever database is put beside it; the copy is written to a temporary name, flushed, renamed; only then
 * may anything start. Whatever was written since the copy stays in the directory aside.
 *
 * @module
 */
import { type Account, demandAs, runAs } from "./account.ts";
import type { BackupStore } from "./backup_store.ts";
import { findLosses } from "./database_facts.ts";
import { pourTo } from "./hand_over.ts";
import { inspectDatabase } from "./inspect_database.ts";
import { userdataOf } from "./user_files.ts";

/** Where data that was replaced is kept, below the user's `userdata`. */
export const KEPT_ASIDE = "kept-aside";

/** Where a copy is complete before what it replaces is touched, below the user's `userdata`. */
const INCOMING = ".incoming";

/**
 * Puts a copy beside a user's databases. Nothing else takes much space, and the server may run.
 *
 * @throws {Error} Where the copy is not whole or does not fit; the data is as it was.
 */
export async function bringBackup(owner: Account, store: BackupStore, id: string): Promise<void> {
  const manifest = await store.settle(owner, id);
  const userdata = userdataOf(owner);
  const exists = await runAs(owner, ["/usr/bin/test", "-d", userdata]);
  if (exists.code !== 0) {
    if (manifest.files.length === 0) return;
    await demandAs(owner, ["/usr/bin/mkdir", "-p", "-m", "0700", "--", userdata]);
  }
  const incoming = `${userdata}/${INCOMING}`;
  await demandAs(owner, ["/usr/bin/rm", "-rf", "--", incoming]);
  await demandAs(owner, ["/usr/bin/mkdir", "-m", "0700", "--", incoming]);
  try {
    for (const { facts } of manifest.files) {
      await pourTo(
        owner,
        `${store.pathOf(owner.name, id)}/${facts.name}`,
        `${incoming}/${facts.name}`,
      );
    }
    await demandAs(owner, [
      "/usr/bin/mkdir",
      "-p",
      "-m",
      "0700",
      "--",
      `${userdata}/${KEPT_ASIDE}`,
    ]);
  } catch (error) {
    // Half a copy would keep the disk full.
    await demandAs(owner, ["/usr/bin/rm", "-rf", "--", incoming]);
    throw error;
  }
}

/**
 * Replaces a user's databases by the copy that {@linkcode bringBackup} has put beside them.
 *
 * @param name The directory for what is replaced, such as the version that wrote it and a time.
 * @throws {Error} Where it was not brought, or the home cannot be written.
 */
export async function restoreBackup(
  owner: Account,
  store: BackupStore,
  id: string,
  name: string,
): Promise<void> {
  const manifest = await store.settle(owner, id);
  const userdata = userdataOf(owner);
  const incoming = `${userdata}/${INCOMING}`;
  const isThere = (await runAs(owner, ["/usr/bin/test", "-d", incoming])).code === 0;
  if (!isThere && manifest.files.length === 0) return;
  for (const { facts } of manifest.files) {
    const { code } = await runAs(owner, ["/usr/bin/test", "-f", `${incoming}/${facts.name}`]);
    if (code !== 0) throw new Error(`the copy of ${facts.name} was not brought`);
  }
  const aside = `${userdata}/${KEPT_ASIDE}/${name}`;
  await demandAs(owner, ["/usr/bin/mkdir", "-p", "-m", "0700", "--", aside]);
  const present = await demandAs(owner, [
    "/usr/bin/find",
    `${userdata}/`,
    "-maxdepth",
    "1",
    "-type",
    "f",
    "(",
    "-name",
    "*.sqlite",
    "-o",
    "-name",
    "*.sqlite-wal",
    "-o",
    "-name",
    "*.sqlite-shm",
    "-o",
    "-name",
    "*.sqlite-journal",
    ")",
    "-print0",
  ]);
  const old = present.split("\0").filter((path) => path !== "")
    // The -wal before its database: a crash in between leaves a database without what its -wal
    // held, never a -wal without its database; and the copy replaces both when this is done again.
    .sort((a, b) => Number(b.endsWith("-wal")) - Number(a.endsWith("-wal")));
  if (old.length > 0) {
    await demandAs(owner, ["/usr/bin/mv", "--backup=numbered", "-t", aside, "--", ...old]);
  }
  await sync(owner, aside, userdata);
  for (const { facts } of manifest.files) {
    await demandAs(owner, [
      "/usr/bin/mv",
      "-T",
      "--",
      `${incoming}/${facts.name}`,
      `${userdata}/${facts.name}`,
    ]);
  }
  await demandAs(owner, ["/usr/bin/rmdir", "--", incoming]);
  await sync(owner, userdata);
  const now = [];
  for (const { facts } of manifest.files) {
    now.push(await inspectDatabase(owner, `${userdata}/${facts.name}`));
  }
  const losses = findLosses(manifest.files.map(({ facts }) => facts), now);
  if (losses.length > 0) throw new Error(`the copy was put back and ${losses.join(", ")}`);
}

async function sync(owner: Account, ...paths: readonly string[]): Promise<void> {
  await demandAs(owner, ["/usr/bin/sync", "--", ...paths]);
}
