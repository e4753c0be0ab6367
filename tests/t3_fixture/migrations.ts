/**
 * The ledger of migrations, run the way t3 runs them: at every opening of the database, by
 * whatever build opens it, skipping every number up to the highest in the ledger.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Behaviour, Migration } from "./behaviour.ts";

/** From this number on sessions have scopes where they had a role. */
export const SCOPES_ID = 31;

/** The migrations of the builds that went well. */
const USUAL: readonly Migration[] = [
  {
    id: 1,
    name: "OrchestrationEvents",
    sql: [
      "CREATE TABLE orchestration_events (sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL)",
    ],
  },
  {
    id: 5,
    name: "Projections",
    sql: [
      "CREATE TABLE projection_projects (project_id TEXT PRIMARY KEY, title TEXT NOT NULL)",
      "CREATE TABLE projection_threads (thread_id TEXT PRIMARY KEY, project_id TEXT NOT NULL, title TEXT NOT NULL, updated_at TEXT NOT NULL)",
      "CREATE TABLE projection_thread_messages (message_id TEXT PRIMARY KEY, thread_id TEXT NOT NULL, text TEXT NOT NULL)",
      "CREATE TABLE projection_thread_sessions (thread_id TEXT PRIMARY KEY, active_turn_id TEXT, updated_at TEXT NOT NULL)",
    ],
  },
  {
    id: 20,
    name: "AuthPairing",
    sql: [
      "CREATE TABLE auth_pairing_links (id TEXT PRIMARY KEY, credential TEXT NOT NULL UNIQUE, label TEXT, role TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL, consumed_at TEXT)",
      "CREATE TABLE auth_sessions (session_id TEXT PRIMARY KEY, subject TEXT NOT NULL, role TEXT NOT NULL, method TEXT NOT NULL, issued_at TEXT NOT NULL, expires_at TEXT NOT NULL, revoked_at TEXT)",
    ],
  },
  {
    id: 30,
    name: "ThreadArchive",
    sql: ["ALTER TABLE projection_threads ADD COLUMN archived_at TEXT"],
  },
  {
    id: SCOPES_ID,
    name: "AuthScopes",
    sql: [
      "ALTER TABLE auth_pairing_links ADD COLUMN scopes TEXT NOT NULL DEFAULT '[]'",
      "ALTER TABLE auth_pairing_links DROP COLUMN role",
      "ALTER TABLE auth_sessions ADD COLUMN scopes TEXT NOT NULL DEFAULT '[]'",
      "ALTER TABLE auth_sessions ADD COLUMN proof_key_thumbprint TEXT",
      "ALTER TABLE auth_sessions DROP COLUMN role",
    ],
  },
  {
    id: 32,
    name: "AuthReset",
    sql: ["DELETE FROM auth_sessions", "DELETE FROM auth_pairing_links"],
  },
  {
    id: 34,
    name: "ThreadPins",
    sql: ["ALTER TABLE projection_threads ADD COLUMN pinned_at TEXT"],
  },
];

/**
 * Brings a database to what a build knows.
 *
 * @param database The database, open.
 * @param behaviour The build.
 * @returns The migrations that ran.
 */
export function runMigrations(
  database: DatabaseSync,
  behaviour: Behaviour,
): readonly Migration[] {
  database.exec(
    "CREATE TABLE IF NOT EXISTS effect_sql_migrations (migration_id INTEGER PRIMARY KEY, created_at TEXT NOT NULL DEFAULT current_timestamp, name TEXT NOT NULL)",
  );
  const known = [
    ...USUAL.filter(({ id }) => id <= behaviour.schema),
    ...behaviour.extraMigrations,
  ];
  const ran: Migration[] = [];
  // The ledger is read inside the transaction: a server and a `t3 auth` may open at once.
  database.exec("BEGIN IMMEDIATE");
  try {
    const { highest } = database.prepare(
      "SELECT coalesce(max(migration_id), 0) AS highest FROM effect_sql_migrations",
    ).get() as { highest: number };
    const pending = known.filter(({ id }) => id > highest);
    if (pending.length > 0) sleep(behaviour.migrationMs);
    for (const migration of pending) {
      for (const statement of migration.sql) database.exec(statement);
      database.prepare("INSERT INTO effect_sql_migrations (migration_id, name) VALUES (?, ?)")
        .run(migration.id, migration.name);
      ran.push(migration);
    }
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
  return ran;
}

/** Blocks, as a long statement would. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
