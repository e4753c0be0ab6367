/**
 * Copies, on real files.
 *
 * @module
 */
import assert from "node:assert/strict";
import { startChild } from "../core/process.ts";
import { snippetArgs } from "../tests/support/snippet.ts";
import { eventually } from "../tests/support/eventually.ts";
import { drill, lossesAgainst } from "./backup_store.ts";
import { fill, REASON, withCopies } from "./copies_fixture.ts";
import { inspectActivity } from "./inspect_database.ts";
import { openers, userdataOf } from "./user_files.ts";

Deno.test("make() copies what is still in the -wal of a server that runs", () =>
  withCopies(async ({ owner, store, database }) => {
    using open = database();
    fill(open, 5);

    const id = await store.make(owner, REASON);

    const [copy] = await store.list("ada");
    assert.equal(copy?.id, id);
    assert.deepEqual(copy?.manifest.files.map(({ facts }) => [facts.name, facts.counts["notes"]]), [
      ["state.sqlite", 5],
    ]);
    assert.deepEqual([copy?.manifest.from, copy?.manifest.to], ["0.1.0", "0.2.0"]);
  }));

Deno.test("make() copies every database the server may use, also one of the second generation", () =>
  withCopies(async ({ owner, store, database }) => {
    for (const name of ["state.sqlite", "statev2.sqlite"]) {
      using open = database(name);
      fill(open, 2);
    }

    const id = await store.make(owner, { kind: "nightly", from: "0.1.0" });

    const { files, from } = await store.verify("ada", id);
    assert.equal(from, "0.1.0");
    assert.deepEqual(files.map(({ facts }) => facts.name), ["state.sqlite", "statev2.sqlite"]);
  }));

Deno.test("make() leaves no copy when a database is damaged", () =>
  withCopies(async ({ owner, store }) => {
    await Deno.writeTextFile(`${userdataOf(owner)}/state.sqlite`, "no database ".repeat(500));

    await assert.rejects(store.make(owner, REASON), /not a database/);

    assert.deepEqual(await store.list("ada"), []);
  }));

Deno.test("make() copies nothing of a database that is a link, and its user counts as busy", () =>
  withCopies(async ({ owner, store, directory, database }) => {
    {
      using open = database();
      fill(open, 1);
    }
    await Deno.rename(`${userdataOf(owner)}/state.sqlite`, `${directory}/state.sqlite`);
    await Deno.symlink(`${directory}/state.sqlite`, `${userdataOf(owner)}/state.sqlite`);

    const { doubts } = await inspectActivity(owner);

    assert.deepEqual(doubts, ["state.sqlite is a link to a file elsewhere"]);
    await assert.rejects(store.make(owner, REASON), /state\.sqlite is a link .* must be the file/);
    assert.deepEqual(await store.list("ada"), []);
  }));

Deno.test("make() keeps up with a writer that commits every five milliseconds", () =>
  withCopies(async ({ owner, store, database, directory }) => {
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

      const id = await store.make(owner, REASON);

      const { files } = await store.verify("ada", id);
      assert.ok((files[0]?.facts.counts["notes"] ?? 0) > 20);
      assert.equal(files[0]?.facts.counts["blob"], 40);
      assert.ok((await openers(owner)).includes(writer.pid), "it is known who has it open");
    } finally {
      await writer.stop();
    }
  }));

Deno.test("begin() copies once where nothing is written until the end", () =>
  withCopies(async ({ owner, store, database }) => {
    using open = database();
    fill(open, 5);
    await using begun = await store.begin(owner, REASON);

    const id = await begun.finish();

    const { files, parts } = await store.verify("ada", id);
    assert.deepEqual([files.map(({ facts }) => facts.counts["notes"]), parts], [[5], undefined]);
    assert.deepEqual(await openers(owner), [Deno.pid], "nobody else has it open any more");
  }));

Deno.test("begin() has in the end what was written and thrown away meanwhile", () =>
  withCopies(async ({ owner, store, database, directory }) => {
    const open = database();
    fill(open, 5);
    await using begun = await store.begin(owner, REASON);
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
  withCopies(async ({ owner, store, database }) => {
    for (const name of ["gone.sqlite", "state.sqlite", "swapped.sqlite"]) {
      using open = database(name);
      fill(open, 1);
    }
    await using begun = await store.begin(owner, REASON);
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
  withCopies(async ({ owner, store, database, directory }) => {
    using open = database();
    fill(open, 1);
    {
      await using _given = await store.begin(owner, REASON);
    }

    assert.deepEqual(await openers(owner), [Deno.pid]);
    assert.deepEqual(Array.from(Deno.readDirSync(`${directory}/backups/ada`)), []);
  }));

Deno.test("settle() refuses parts that are not what was copied", () =>
  withCopies(async ({ owner, store, database }) => {
    const open = database();
    fill(open, 1);
    await using begun = await store.begin(owner, REASON);
    fill(open, 1);
    open.close();
    const id = await begun.finish();
    await Deno.truncate(`${store.pathOf("ada", id)}/state.sqlite-tail`, 4_152);

    await assert.rejects(store.settle(owner, id), /state.sqlite-tail is not what was copied/);
  }));

Deno.test("list() takes nothing that a crash left for a copy", () =>
  withCopies(async ({ owner, store, directory }) => {
    const id = await store.make(owner, REASON);
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
  withCopies(async ({ owner, store, database, directory }) => {
    const first = database();
    fill(first, 3);
    first.close();
    await store.make(owner, REASON);
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
