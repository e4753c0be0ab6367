/**
 * The way back to a copy, on real files.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { startChild } from "../core/process.ts";
import { snippetArgs } from "../tests/support/snippet.ts";
import { type CopiesScene, count, fill, REASON, withCopies } from "./copies_fixture.ts";
import { bringBackup, KEPT_ASIDE, restoreBackup } from "./restore_backup.ts";
import { findDatabases, userdataOf } from "./user_files.ts";

Deno.test("restoreBackup() brings back a copy that is still in parts", () =>
  withCopies(async ({ owner, store, database }) => {
    const open = database();
    fill(open, 2);
    await using begun = await store.begin(owner, REASON);
    fill(open, 1);
    open.close();
    const id = await begun.finish();
    const later = database();
    fill(later, 8);
    later.close();

    await bringBackup(owner, store, id);
    await restoreBackup(owner, store, id, "x");

    using restored = database();
    assert.equal(count(restored), 3);
  }));

Deno.test("restoreBackup() brings back what was, and keeps aside what came since", () =>
  withCopies(async ({ owner, store, database }) => {
    const id = await copyOf({ owner, store, database }, 3);
    // As a server that was killed leaves it: new rows and a new schema in the -wal.
    await writeAndDie(
      `${userdataOf(owner)}/state.sqlite`,
      `
      database.exec("ALTER TABLE notes ADD COLUMN more TEXT; INSERT INTO notes VALUES ('new', 'x')");
    `,
    );
    assert.ok((await Deno.stat(`${userdataOf(owner)}/state.sqlite-wal`)).size > 0);

    await bringBackup(owner, store, id);
    await restoreBackup(owner, store, id, "20261121-0.2.0");

    using restored = database();
    assert.equal(count(restored), 3);
    assert.equal(restored.prepare("SELECT * FROM notes").columns().length, 1, "the old schema");
    using aside = new DatabaseSync(
      `${userdataOf(owner)}/${KEPT_ASIDE}/20261121-0.2.0/state.sqlite`,
    );
    assert.equal(count(aside), 4);
  }));

Deno.test("restoreBackup() keeps the journal of another database away from a copy", () =>
  withCopies(async ({ owner, store, database }) => {
    const path = `${userdataOf(owner)}/state.sqlite`;
    const id = await copyOf({ owner, store, database }, 3);
    // As a server that was killed leaves it where the journal mode is not WAL: half written pages,
    // and a -journal that takes them back.
    await writeAndDie(
      path,
      `
      database.exec("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1");
      for (let n = 0; n < 400; n++) database.exec("INSERT INTO notes VALUES (hex(randomblob(500)))");
      database.exec("BEGIN; UPDATE notes SET text = hex(randomblob(500))");
    `,
    );
    assert.ok((await Deno.stat(`${path}-journal`)).size > 0);

    await bringBackup(owner, store, id);
    await restoreBackup(owner, store, id, "x");

    using restored = database();
    assert.equal(count(restored), 3);
    assert.equal(restored.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
    const aside = Array.from(Deno.readDirSync(`${userdataOf(owner)}/${KEPT_ASIDE}/x`));
    assert.ok(aside.some(({ name }) => name === "state.sqlite-journal"));
  }));

Deno.test("restoreBackup() can be done again after it was cut short anywhere", () =>
  withCopies(async ({ owner, store, database }) => {
    const id = await copyOf({ owner, store, database }, 3);
    for (let time = 0; time < 3; time++) {
      // What a crash can leave: a torn incoming directory, and databases moved aside or not.
      await Deno.mkdir(`${userdataOf(owner)}/.incoming`, { recursive: true });
      await Deno.writeTextFile(`${userdataOf(owner)}/.incoming/state.sqlite`, "torn");
      if (time === 1) await Deno.remove(`${userdataOf(owner)}/state.sqlite`);

      await bringBackup(owner, store, id);
      await restoreBackup(owner, store, id, "same-name");

      using restored = database();
      assert.equal(count(restored), 3);
    }
  }));

Deno.test("restoreBackup() touches nothing when the copy is not what was made", () =>
  withCopies(async ({ owner, store, database }) => {
    const id = await copyOf({ owner, store, database }, 3);
    const path = `${store.pathOf("ada", id)}/state.sqlite`;
    const bytes = await Deno.readFile(path);
    bytes[bytes.length - 10] = (bytes[bytes.length - 10] ?? 0) ^ 1;
    await Deno.writeFile(path, bytes);
    const later = database();
    fill(later, 4);
    later.close();

    await assert.rejects(bringBackup(owner, store, id), /its digest is another/);
    await assert.rejects(restoreBackup(owner, store, id, "x"), /its digest is another/);

    using untouched = database();
    assert.equal(count(untouched), 7);
  }));

Deno.test("restoreBackup() brings back that there was nothing", () =>
  withCopies(async ({ owner, store, database }) => {
    const id = await store.make(owner, REASON);
    const made = database();
    fill(made, 1);
    made.close();

    await bringBackup(owner, store, id);
    await restoreBackup(owner, store, id, "x");

    assert.deepEqual(await findDatabases(owner), []);
  }));

Deno.test("restoreBackup() touches nothing when the copy was not brought", () =>
  withCopies(async ({ owner, store, database }) => {
    const id = await copyOf({ owner, store, database }, 3);

    await assert.rejects(restoreBackup(owner, store, id, "x"), /was not brought/);

    using untouched = database();
    assert.equal(count(untouched), 3);
  }));

/** A copy of a database with so many notes. */
async function copyOf(
  { owner, store, database }: Pick<CopiesScene, "owner" | "store" | "database">,
  rows: number,
): Promise<string> {
  const open = database();
  fill(open, rows);
  open.close();
  return await store.make(owner, REASON);
}

/** As a server that is killed leaves a database: what the script did to it, and nothing closed. */
async function writeAndDie(path: string, script: string): Promise<void> {
  const killed = startChild({
    command: Deno.execPath(),
    args: snippetArgs(`
      import { DatabaseSync } from "node:sqlite";
      const database = new DatabaseSync(${JSON.stringify(path)});
      ${script}
      Deno.kill(Deno.pid, "SIGKILL");
    `),
    onLine: () => {},
  });
  await killed.ended;
}
