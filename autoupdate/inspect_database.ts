/**
 * Reads the facts of databases, as their owner.
 *
 * @module
 */
import type { Account } from "./account.ts";
import { type DatabaseFacts, LEDGER_TABLE } from "./database_facts.ts";
import type { Activity, DatabaseActivity } from "./idle.ts";
import { identifier, literal, query } from "./sqlite.ts";
import { findDatabases, findLinkedDatabases, sizeOf } from "./user_files.ts";

/** The table that knows which turns are running. */
const SESSIONS_TABLE = "projection_thread_sessions";

/** A byte of a database may cost this much of a look at all of it, on a slow disk. */
const LOOK_MS_PER_BYTE = 250 / 1_048_576;

/**
 * Reads one database.
 *
 * @param deadlineMs How long one statement may take; by its size where it is not given.
 * @throws {Error} Where it is damaged or cannot be read.
 */
export async function inspectDatabase(
  owner: Account,
  path: string,
  deadlineMs?: number,
): Promise<DatabaseFacts> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  deadlineMs ??= 60_000 + await sizeOf(owner, [path]) * LOOK_MS_PER_BYTE;
  const [check] = await query(owner, path, "PRAGMA quick_check(1)", deadlineMs);
  if (check?.["quick_check"] !== "ok") {
    throw new Error(`${name} is damaged: ${JSON.stringify(check)}`);
  }
  const tables = await tablesOf(owner, path);
  const counts = tables.length === 0 ? [] : await query(
    owner,
    path,
    tables.map((table) =>
      `SELECT ${literal(table)} AS name, count(*) AS rows FROM ${identifier(table)}`
    )
      .join(" UNION ALL "),
    deadlineMs,
  );
  const ledger = tables.includes(LEDGER_TABLE)
    ? await query(owner, path, `SELECT migration_id AS id, name FROM ${LEDGER_TABLE} ORDER BY 1`)
    : [];
  return {
    name,
    ledger: ledger.map(({ id, name }) => [Number(id), String(name)]),
    counts: Object.fromEntries(counts.map(({ name, rows }) => [String(name), Number(rows)])),
  };
}

async function tablesOf(owner: Account, path: string): Promise<readonly string[]> {
  const rows = await query(
    owner,
    path,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
  );
  return rows.map(({ name }) => String(name));
}

/** Reads what can be told of an instance's activity from its databases. */
export async function inspectActivity(owner: Account): Promise<Activity> {
  const databases: DatabaseActivity[] = [];
  const linked = await findLinkedDatabases(owner);
  const doubts = linked.map((name) => `${name} is a link to a file elsewhere`);
  for (const path of await findDatabases(owner)) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    try {
      const tables = await tablesOf(owner, path);
      // Nobody has used it yet, or it is no database of sessions at all.
      if (tables.length === 0) continue;
      if (!tables.includes(SESSIONS_TABLE)) {
        if (tables.includes(LEDGER_TABLE)) doubts.push(`${name} has no table ${SESSIONS_TABLE}`);
        continue;
      }
      const [row] = await query(
        owner,
        path,
        `SELECT count(active_turn_id) AS turns, max(updated_at) AS last FROM ${SESSIONS_TABLE}`,
      );
      databases.push({
        path,
        activeTurns: typeof row?.["turns"] === "number" ? row["turns"] : NaN,
        lastChangeMs: row?.["last"] === null ? undefined : timeMs(row?.["last"]),
      });
    } catch (error) {
      doubts.push(`${name} cannot be read (${(error as Error).message})`);
    }
  }
  return { databases, doubts };
}

/** SQLite's own, as of `CURRENT_TIMESTAMP`: of no zone to look at, and meant as UTC. */
const SQLITE_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$/;

/** A time as t3 has written it: text, or a number of milliseconds or seconds. */
function timeMs(value: unknown): number {
  if (typeof value === "number") return value > 1e11 ? value : value * 1_000;
  if (typeof value !== "string") return NaN;
  return Date.parse(SQLITE_TIME.test(value) ? `${value}Z` : value);
}
