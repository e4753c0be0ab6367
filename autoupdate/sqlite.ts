/**
 * SQLite through the `sqlite3` command, as the owner of the file.
 *
 * The command line, since Deno refuses `VACUUM INTO` under any scoped permission, and since what a
 * user's file holds should not be parsed by root. As the owner, since a `-wal` or `-shm` that root
 * made locks the server out.
 *
 * @module
 */
import { type Account, demandAs } from "./account.ts";

const SQLITE = "/usr/bin/sqlite3";

/** How long a statement waits for another writer, in milliseconds. */
const BUSY_MS = 10_000;

/** Runs a statement and gives its rows. */
export async function query(
  owner: Account,
  path: string,
  sql: string,
  deadlineMs = 60_000,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const text = await demandAs(owner, [...readingArgs(path, ["-json"]), sql], { deadlineMs });
  // No rows print nothing at all.
  const rows: unknown = text.trim() === "" ? [] : JSON.parse(text);
  return rows as readonly Readonly<Record<string, unknown>>[];
}

/** The command that opens a database to read it, up to the statements. */
export function readingArgs(path: string, options: readonly string[] = []): readonly string[] {
  return [...openingArgs(options), "-cmd", "PRAGMA query_only=1", fileUri(path)];
}

function openingArgs(options: readonly string[] = []): readonly string[] {
  return [
    SQLITE,
    "-batch",
    "-bail",
    ...options,
    // ~/.sqliterc is the user's, and could change what is printed.
    "-init",
    "/dev/null",
    "-cmd",
    `.timeout ${BUSY_MS}`,
  ];
}

/** Copies a database that may be in use, in one step, to a file that does not exist. */
export async function vacuumInto(
  owner: Account,
  path: string,
  target: string,
  deadlineMs: number,
): Promise<void> {
  const statement = `VACUUM INTO ${literal(target)}`;
  await demandAs(owner, [...openingArgs(), fileUri(path), statement], { deadlineMs });
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `mode=rw`: a database that is not there is a failure, not an empty one. */
function fileUri(path: string): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return `file:${encoded}?mode=rw`;
}
