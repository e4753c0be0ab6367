/**
 * Copies and their restore, on real files.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../core/clock.ts";
import { startChild } from "../core/process.ts";
import { snippetArgs } from "../tests/support/snippet.ts";
import { eventually } from "../tests/support/eventually.ts";
import type { Account } from "./account.ts";
import { type BackupStore, drill, lossesAgainst, openBackupStore } from "./backup_store.ts";
import { inspectActivity } from "./inspect_database.ts";
import { bringBackup, KEPT_ASIDE, restoreBackup } from "./restore_backup.ts";
import { findDatabases, openers, userdataOf } from "./user_files.ts";

interface Scene {
  owner: Account;
  store: BackupStore;
  directory: string;
  database(name?: string): DatabaseSync;
}

async function onBox(work: (scene: Scene) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-copies-" });
  const owner: Account = {
    name: "ada",
    uid: Deno.uid() ?? 0,
    gid: Deno.gid() ?? 0,
    home: `${directory}/home of ada`,
  };
  await Deno.mkdir(userdataOf(owner), { recursive: true });
  const store = openBackupStore({
    directory: `${directory}/backups`,
    scratchDir: directory,
    deadlineMs: 60_000,
    clock: systemClock,
  });
  try {
    await work({
      owner,
      store,
      directory,
      database: (name = "state.sqlite") => new DatabaseSync(`${userdataOf(owner)}/${name}`),
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function fill(database: DatabaseSync, rows: number): void {
  database.exec("PRAGMA journal_mode = WAL");
  database.exec(
    "CREATE TABLE IF NOT EXISTS effect_sql_migrations (migration_id INTEGER PRIMARY KEY, name TEXT)",
  );
  database.exec("INSERT OR IGNORE INTO effect_sql_migrations VALUES (1, 'First')");
  database.exec("CREATE TABLE IF NOT EXISTS notes (text TEXT)");
  for (let row = 0; row < rows; row++) database.exec(`INSERT INTO notes VALUES ('note ${row}')`);
}

function count(database: DatabaseSync): number {
  return Number(database.prepare("SELECT count(*) AS n FROM notes").get()?.["n"]);
}

const reason = { kind: "update", from: "0.1.0", to: "0.2.0" } as const;

Deno.test("make() copies what is still in the -wal of a server that runs", () =>
  onBox(async ({ owner, store, database }) => {
    using open = database();
    fill(open, 5);

    const id = await store.make(owner, reason);

    const [copy] = await store.list("ada");
    assert.equal(copy?.id, id);
    assert.deepEqual(copy?.manifest.files.map(({ facts }) => [facts.name, facts.counts["notes"]]), [
      ["state.sqlite", 5],
    ]);
    assert.deepEqual([copy?.manifest.from, copy?.manifest.to], ["0.1.0", "0.2.0"]);
  }));

Deno.test("make() copies every database the server may use, also one of the second generation", () =>
  onBox(async ({ owner, store, database }) => {
    for (const name of ["state.sqlite", "statev2.sqlite"]) {
      using open = database(name);
      fill(open, 2);
    }

    const id = await store.make(owner, { kind: "nightly" });

    const { files } = await store.verify("ada", id);
    assert.deepEqual(files.map(({ facts }) => facts.name), ["state.sqlite", "statev2.sqlite"]);
  }));

Deno.test("make() leaves no copy when a database is damaged", () =>
  onBox(async ({ owner, store }) => {
    await Deno.writeTextFile(`${userdataOf(owner)}/state.sqlite`, "no database ".repeat(500));

    await assert.rejects(store.make(owner, reason), /not a database/);

    assert.deepEqual(await store.list("ada"), []);
  }));

Deno.test("make() copies nothing of a database that is a link, and its user counts as busy", () =>
  onBox(async ({ owner, store, directory, database }) => {
    {
      using open = database();
      fill(open, 1);
    }
    await Deno.rename(`${userdataOf(owner)}/state.sqlite`, `${directory}/state.sqlite`);
    await Deno.symlink(`${directory}/state.sqlite`, `${userdataOf(owner)}/state.sqlite`);

    const { doubts } = await inspectActivity(owner);

    assert.deepEqual(doubts, ["state.sqlite is a link to a file elsewhere"]);
    await assert.rejects(store.make(owner, reason), /state\.sqlite is a link .* must be the file/);
    assert.deepEqual(await store.list("ada"), []);
  }));

Deno.test("make() keeps up with a writer that commits every five milliseconds", () =>
  onBox(async ({ owner, store, database, directory }) => {
    {
      using open = database();
      fill(open, 1);
      open.exec("CREATE TABLE blob (bytes BLOB)");
      for (let n = 0; n < 40; n++) open.exec("INSERT INTO blob VALUES (randomblob(1000000))");
    }
    const path = `${userdataOf(owner)}/state.sqlite`;
    const writer = startChild({
      command: Deno.execPath(),
      args: snippetArgs(`
        import { DatabaseSync } from "node:sqlite";
        const database = new DatabaseSync(${JSON.stringify(path)});
        database.exec("PRAGMA busy_timeout = 10000");
        for (let n = 0; ; n++) {
          database.exec("INSERT INTO notes VALUES ('again')");
          if (n === 20) Deno.writeTextFileSync(${JSON.stringify(`${directory}/writing`)}, "");
          await new Promise((wake) => setTimeout(wake, 5));
        }
      `),
      onLine: () => {},
    });
    try {
      await eventually(
        "the writer writing",
        async () => (await Deno.stat(`${directory}/writing`)).isFile,
      );

      const id = await store.make(owner, reason);

      const { files } = await store.verify("ada", id);
      assert.ok((files[0]?.facts.counts["notes"] ?? 0) > 20);
      assert.equal(files[0]?.facts.counts["blob"], 40);
      assert.ok((await openers(owner)).includes(writer.pid), "it is known who has it open");
    } finally {
      await writer.stop();
    }
  }));

Deno.test("begin() copies once where nothing is written until the end", () =>
  onBox(async ({ owner, store, database }) => {
    using open = database();
    fill(open, 5);
    await using begun = await store.begin(owner, reason);

    const id = await begun.finish();

    const { files, parts } = await store.verify("ada", id);
    assert.deepEqual([files.map(({ facts }) => facts.counts["notes"]), parts], [[5], undefined]);
    assert.deepEqual(await openers(owner), [Deno.pid], "nobody else has it open any more");
  }));

Deno.test("begin() has in the end what was written and thrown away meanwhile", () =>
  onBox(async ({ owner, store, database, directory }) => {
    const open = database();
    fill(open, 5);
    await using begun = await store.begin(owner, reason);
    assert.equal((await openers(owner)).filter((pid) => begun.pids.includes(pid)).length, 2);
    fill(open, 4);
    open.exec("DELETE FROM notes WHERE text = 'note 0'; CREATE TABLE more (text TEXT)");
    open.close();

    const id = await begun.finish();
    const inParts = await store.verify("ada", id);
    // As a process leaves it that is killed while it puts the parts together.
    await Deno.writeTextFile(`${store.pathOf("ada", id)}/state.sqlite`, "torn");
    const { files, parts } = await store.settle(owner, id);

    assert.deepEqual([inParts.files, inParts.parts?.map(({ name }) => name)], [[], [
      "state.sqlite",
    ]]);
    assert.deepEqual(files.map(({ facts }) => facts.counts), [
      { effect_sql_migrations: 1, more: 0, notes: 7 },
    ]);
    assert.deepEqual([parts, await lossesAgainst(owner, await store.verify("ada", id))], [
      undefined,
      [],
    ]);
    const [copy] = await store.list("ada");
    assert.deepEqual(copy && await drill(owner, store, copy, directory), []);
    const left = Array.from(Deno.readDirSync(store.pathOf("ada", id)), ({ name }) => name);
    assert.deepEqual(left.sort(), ["manifest.json", "state.sqlite"]);
  }));

Deno.test("begin() has in the end what there is then: other files, new ones, none", () =>
  onBox(async ({ owner, store, database }) => {
    for (const name of ["gone.sqlite", "state.sqlite", "swapped.sqlite"]) {
      using open = database(name);
      fill(open, 1);
    }
    await using begun = await store.begin(owner, reason);
    const userdata = userdataOf(owner);
    await Deno.remove(`${userdata}/gone.sqlite`);
    {
      using made = database("statev2.sqlite");
      fill(made, 2);
      using other = database("other");
      fill(other, 3);
    }
    await Deno.rename(`${userdata}/other`, `${userdata}/swapped.sqlite`);

    const id = await begun.finish();

    const { files, parts } = await store.verify("ada", id);
    assert.deepEqual(files.map(({ facts }) => [facts.name, facts.counts["notes"]]), [
      ["state.sqlite", 1],
      ["statev2.sqlite", 2],
      ["swapped.sqlite", 3],
    ]);
    assert.equal(parts, undefined);
  }));

Deno.test("begin() leaves nothing when it is given up, and nobody has the database open", () =>
  onBox(async ({ owner, store, database, directory }) => {
    using open = database();
    fill(open, 1);
    {
      await using _given = await store.begin(owner, reason);
    }

    assert.deepEqual(await openers(owner), [Deno.pid]);
    assert.deepEqual(Array.from(Deno.readDirSync(`${directory}/backups/ada`)), []);
  }));

Deno.test("settle() refuses parts that are not what was copied", () =>
  onBox(async ({ owner, store, database }) => {
    const open = database();
    fill(open, 1);
    await using begun = await store.begin(owner, reason);
    fill(open, 1);
    open.close();
    const id = await begun.finish();
    await Deno.truncate(`${store.pathOf("ada", id)}/state.sqlite-tail`, 4_152);

    await assert.rejects(store.settle(owner, id), /state.sqlite-tail is not what was copied/);
  }));

Deno.test("restoreBackup() brings back a copy that is still in parts", () =>
  onBox(async ({ owner, store, database }) => {
    const open = database();
    fill(open, 2);
    await using begun = await store.begin(owner, reason);
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
  onBox(async ({ owner, store, database }) => {
    const before = database();
    fill(before, 3);
    before.close();
    const id = await store.make(owner, reason);
    // As a server that was killed leaves it: new rows and a new schema in the -wal.
    const killed = startChild({
      command: Deno.execPath(),
      args: snippetArgs(`
        import { DatabaseSync } from "node:sqlite";
        const database = new DatabaseSync(${JSON.stringify(`${userdataOf(owner)}/state.sqlite`)});
        database.exec("ALTER TABLE notes ADD COLUMN more TEXT; INSERT INTO notes VALUES ('new', 'x')");
        Deno.kill(Deno.pid, "SIGKILL");
      `),
      onLine: () => {},
    });
    await killed.ended;
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

Deno.test("restoreBackup() can be done again after it was cut short anywhere", () =>
  onBox(async ({ owner, store, database }) => {
    const first = database();
    fill(first, 3);
    first.close();
    const id = await store.make(owner, reason);
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
  onBox(async ({ owner, store, database }) => {
    const first = database();
    fill(first, 3);
    first.close();
    const id = await store.make(owner, reason);
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
  onBox(async ({ owner, store, database }) => {
    const id = await store.make(owner, reason);
    const made = database();
    fill(made, 1);
    made.close();

    await bringBackup(owner, store, id);
    await restoreBackup(owner, store, id, "x");

    assert.deepEqual(await findDatabases(owner), []);
  }));

Deno.test("restoreBackup() touches nothing when the copy was not brought", () =>
  onBox(async ({ owner, store, database }) => {
    const first = database();
    fill(first, 3);
    first.close();
    const id = await store.make(owner, reason);

    await assert.rejects(restoreBackup(owner, store, id, "x"), /was not brought/);

    using untouched = database();
    assert.equal(count(untouched), 3);
  }));

Deno.test("list() takes nothing that a crash left for a copy", () =>
  onBox(async ({ owner, store, directory }) => {
    const id = await store.make(owner, reason);
    await Deno.mkdir(`${directory}/backups/ada/.partial-1`);
    await Deno.mkdir(`${directory}/backups/ada/20261121-torn`);
    await Deno.writeTextFile(`${directory}/backups/ada/20261121-torn/manifest.json`, '{"format":1');

    assert.deepEqual((await store.list("ada")).map((copy) => copy.id), [id]);
    await store.remove("ada", [id]);

    assert.deepEqual(await store.list("ada"), []);
    const left = Array.from(Deno.readDirSync(`${directory}/backups/ada`), ({ name }) => name);
    assert.deepEqual(left, ["20261121-torn"], "the partial one is swept");
  }));

Deno.test("drill() finds a copy good, and one whose rows are gone bad", () =>
  onBox(async ({ owner, store, database, directory }) => {
    const first = database();
    fill(first, 3);
    first.close();
    await store.make(owner, reason);
    const [copy] = await store.list("ada");
    assert.ok(copy !== undefined);

    const good = await drill(owner, store, copy, directory);
    const [file] = copy.manifest.files;
    assert.ok(file !== undefined);
    const boasting = { ...file, facts: { ...file.facts, counts: { notes: 9 } } };
    await Deno.writeTextFile(
      `${store.pathOf("ada", copy.id)}/manifest.json`,
      JSON.stringify({ ...copy.manifest, files: [boasting] }),
    );
    const bad = await drill(owner, store, copy, directory);

    assert.deepEqual([good, bad], [[], ["state.sqlite has 3 of 9 rows of notes"]]);
  }));

Deno.test("inspectActivity() reads turns and times, and doubts what it does not know", () =>
  onBox(async ({ owner, database }) => {
    {
      using open = database();
      fill(open, 1);
      open.exec(
        "CREATE TABLE projection_thread_sessions (thread_id TEXT, active_turn_id TEXT, updated_at TEXT)",
      );
      open.exec(
        "INSERT INTO projection_thread_sessions VALUES ('a', NULL, '2026-11-18T04:00:00.000Z'), ('b', 'turn', '2026-11-18T03:00:00.000Z')",
      );
    }
    const known = await inspectActivity(owner);
    {
      using open = database("statev2.sqlite");
      fill(open, 1);
    }
    const unknown = await inspectActivity(owner);

    assert.deepEqual(known.doubts, []);
    assert.deepEqual(
      known.databases.map(({ activeTurns, lastChangeMs }) => [activeTurns, lastChangeMs]),
      [
        [1, Date.parse("2026-11-18T04:00:00.000Z")],
      ],
    );
    assert.deepEqual(unknown.doubts, ["statev2.sqlite has no table projection_thread_sessions"]);
  }));
