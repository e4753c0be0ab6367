/**
 * A user with databases on a real disk, and a store for the copies of them.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../core/clock.ts";
import type { Account } from "./account.ts";
import { type BackupStore, openBackupStore } from "./backup_store.ts";
import { userdataOf } from "./user_files.ts";

/** What a test has. */
export interface CopiesScene {
  /** Whose data. */
  readonly owner: Account;
  /** Their copies. */
  readonly store: BackupStore;
  /** Everything of the test. */
  readonly directory: string;
  /** Opens one of their databases, as their server does. */
  database(name?: string): DatabaseSync;
}

/** Makes the scene for as long as a test works. */
export async function withCopies(work: (scene: CopiesScene) => Promise<void>): Promise<void> {
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

/** Writes what t3 would: a ledger of migrations, and so many notes. */
export function fill(database: DatabaseSync, rows: number): void {
  database.exec("PRAGMA journal_mode = WAL");
  database.exec(
    "CREATE TABLE IF NOT EXISTS effect_sql_migrations (migration_id INTEGER PRIMARY KEY, name TEXT)",
  );
  database.exec("INSERT OR IGNORE INTO effect_sql_migrations VALUES (1, 'First')");
  database.exec("CREATE TABLE IF NOT EXISTS notes (text TEXT)");
  for (let row = 0; row < rows; row++) database.exec(`INSERT INTO notes VALUES ('note ${row}')`);
}

/** How many notes there are. */
export function count(database: DatabaseSync): number {
  return Number(database.prepare("SELECT count(*) AS n FROM notes").get()?.["n"]);
}

/** Why the tests make a copy. */
export const REASON = { kind: "update", from: "0.1.0", to: "0.2.0" } as const;
