/**
 * @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Account } from "./account.ts";
import { dotArgument, openSession } from "./sqlite_session.ts";

const OWNER: Account = {
  name: "ada",
  uid: Deno.uid() ?? 0,
  gid: Deno.gid() ?? 0,
  home: "/nonexistent",
};

async function withDatabase(work: (path: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-session-" });
  try {
    using database = new DatabaseSync(`${directory}/state.sqlite`);
    database.exec("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('one'), ('two')");
    await work(`${directory}/state.sqlite`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("openSession() answers one question after the other, from the same process", () =>
  withDatabase(async (path) => {
    await using session = openSession(OWNER, path);

    const rows = await session.ask(["SELECT text FROM notes;"]);
    const none = await session.ask(["SELECT text FROM notes WHERE text = 'three';"]);
    const two = await session.ask(["SELECT 1;", `.print ${dotArgument('a "b" \\\\ c')}`]);

    assert.deepEqual([rows, none, two], [["one", "two"], [], ["1", 'a "b" \\\\ c']]);
    assert.ok((await Deno.readLink(`/proc/${session.pid}/exe`)).endsWith("/sqlite3"));
  }));

Deno.test("openSession() changes nothing, and says why it does not", () =>
  withDatabase(async (path) => {
    await using session = openSession(OWNER, path);

    await assert.rejects(session.ask(["DELETE FROM notes;"]), /readonly database/);
    await assert.rejects(session.ask(["SELECT 1;"]), /sqlite3 as ada/);
  }));

Deno.test("openSession() leaves no process behind that never answers", () =>
  withDatabase(async (path) => {
    let pid: number;
    {
      await using session = openSession(OWNER, path);
      pid = session.pid;
      const endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) ";
      await assert.rejects(session.ask([`${endless}SELECT count(*) FROM n;`], 500), /500 ms/);
    }

    await assert.rejects(Deno.stat(`/proc/${pid}`), Deno.errors.NotFound);
  }));
