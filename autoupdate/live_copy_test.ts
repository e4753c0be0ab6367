/**
 * Copies of databases in use, on real files, against any order of commits and checkpoints.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { Account } from "./account.ts";
import { copyLive } from "./live_copy.ts";

const OWNER: Account = {
  name: "ada",
  uid: Deno.uid() ?? 0,
  gid: Deno.gid() ?? 0,
  home: "/nonexistent",
};

/** What a server may do to its database. */
type Act =
  | { readonly do: "insert"; readonly rows: number }
  | { readonly do: "delete" }
  | { readonly do: "vacuum" }
  | { readonly do: "reopen" }
  | { readonly do: "checkpoint"; readonly mode: "PASSIVE" | "TRUNCATE" };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant("insert" as const), rows: fc.integer({ min: 1, max: 40 }) }),
  fc.constant({ do: "delete" as const }),
  fc.constant({ do: "vacuum" as const }),
  fc.constant({ do: "reopen" as const }),
  fc.record({
    do: fc.constant("checkpoint" as const),
    mode: fc.constantFrom("PASSIVE" as const, "TRUNCATE" as const),
  }),
);
const acts = fc.array(act, { maxLength: 8 });

/** A server of one database; it checkpoints often, so that its `-wal` begins anew often. */
class Server {
  #open: DatabaseSync;
  constructor(readonly path: string) {
    this.#open = this.#begin();
    this.#open.exec("CREATE TABLE IF NOT EXISTS notes (text TEXT)");
  }
  #begin(): DatabaseSync {
    const database = new DatabaseSync(this.path);
    database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 5; PRAGMA synchronous = OFF",
    );
    return database;
  }
  act(all: readonly Act[]): void {
    for (const one of all) {
      if (one.do === "insert") {
        const insert = this.#open.prepare("INSERT INTO notes VALUES (?)");
        for (let row = 0; row < one.rows; row++) insert.run(crypto.randomUUID().repeat(20));
      } else if (one.do === "delete") {
        this.#open.exec("DELETE FROM notes WHERE rowid % 3 = 0");
      } else if (one.do === "vacuum") this.#open.exec("VACUUM");
      else if (one.do === "checkpoint") this.#open.exec(`PRAGMA wal_checkpoint(${one.mode})`);
      else {
        this.#open.close();
        this.#open = this.#begin();
      }
    }
  }
  stop(): readonly string[] {
    this.#open.close();
    return rowsOf(this.path);
  }
}

function rowsOf(path: string): readonly string[] {
  using database = new DatabaseSync(path);
  assert.equal(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
  return database.prepare("SELECT text FROM notes ORDER BY rowid").all()
    .map(({ text }) => String(text));
}

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-live-copy-" });
  try {
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("copyLive() with the -wal of the end is the database of the end, whatever came between", async () => {
  await fc.assert(
    fc.asyncProperty(
      acts,
      acts,
      acts,
      (before, between, after) =>
        inDirectory(async (directory) => {
          const [source, target] = [`${directory}/state.sqlite`, `${directory}/copy.sqlite`];
          const server = new Server(source);
          server.act(before);
          const copy = await copyLive(OWNER, source, target, 60_000);
          assert.ok(copy !== undefined);
          await using _connections = copy;
          server.act(between);
          const first = await copy.hasChanged();
          server.act(after);
          const second = await copy.hasChanged();
          const isSame = !first && !second;

          const rows = server.stop();
          if (!isSame) await Deno.copyFile(`${source}-wal`, `${target}-wal`);

          assert.equal(await copy.hasChanged(), false);
          assert.deepEqual(rowsOf(target), rows);
          const writes = [...between, ...after].some((one) => one.do === "insert");
          if (writes) assert.equal(isSame, false);
        }),
    ),
    { numRuns: 40 },
  );
});

Deno.test("copyLive() holds nobody up who writes, and lets go", () =>
  inDirectory(async (directory) => {
    const source = `${directory}/it's "a" state.sqlite`;
    const server = new Server(source);
    {
      await using copy = await copyLive(OWNER, source, `${directory}/a "copy".sqlite`, 60_000);
      assert.equal(copy?.pids.length, 2);
      server.act([{ do: "insert", rows: 3 }]);
      assert.equal(await copy?.hasChanged(), true);
      assert.equal(await copy?.hasChanged(), false);
    }

    assert.equal(server.stop().length, 3);
    assert.deepEqual(rowsOf(`${directory}/a "copy".sqlite`), []);
    await assert.rejects(Deno.stat(`${source}-wal`), Deno.errors.NotFound);
  }));

Deno.test("copyLive() does not begin where a reader would keep the writer waiting", () =>
  inDirectory(async (directory) => {
    const source = `${directory}/state.sqlite`;
    using database = new DatabaseSync(source);
    database.exec("CREATE TABLE notes (text TEXT)");

    assert.equal(await copyLive(OWNER, source, `${directory}/copy.sqlite`, 60_000), undefined);

    database.exec("INSERT INTO notes VALUES ('at once')");
  }));

Deno.test("copyLive() tells what SQLite said where it cannot copy", () =>
  inDirectory(async (directory) => {
    const source = `${directory}/state.sqlite`;
    await Deno.writeTextFile(source, "no database ".repeat(500));

    await assert.rejects(
      copyLive(OWNER, source, `${directory}/copy.sqlite`, 60_000),
      /sqlite3 as ada: .*not a database/,
    );
  }));
