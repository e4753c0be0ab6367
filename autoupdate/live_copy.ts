/**
 * A copy of a database that is in use, which can be made as new as the database later, at the cost
 * of what was written meanwhile and not of its size.
 *
 * Where the journal mode is WAL, a commit is nothing but pages at the end of the `-wal`. A reader
 * holds a transaction open from before the copy: so long no checkpoint starts the `-wal` anew over
 * what the reader has not seen (`walRestartLog()` and `walCheckpoint()` in SQLite's `wal.c` need the
 * locks that it holds). Whatever the `-wal` began with is in the copy already, or comes after it. So
 * the copy, with the `-wal` of the end beside it, is the database of the end; SQLite puts the two
 * together when it opens them.
 *
 * Whether there was a commit at all is what a second connection says, which reads nothing but
 * `PRAGMA data_version`: times and sizes of files, and the counter in the header, do not tell.
 *
 * @module
 */
import type { Account } from "./account.ts";
import { dotArgument, openSession, type SqliteSession } from "./sqlite_session.ts";

/** A copy, and the connections that keep it from growing old. */
export interface LiveCopy extends AsyncDisposable {
  /** The processes that have the database open for it. */
  readonly pids: readonly number[];
  /** Whether anybody has committed anything since the copy, or since this was asked last. */
  hasChanged(): Promise<boolean>;
}

/**
 * Copies a database while others write to it.
 *
 * @param target A file that does not exist.
 * @param deadlineMs How long that may take.
 * @returns Nothing where its journal mode is another one: a reader would keep its writers waiting.
 */
export async function copyLive(
  owner: Account,
  source: string,
  target: string,
  deadlineMs: number,
): Promise<LiveCopy | undefined> {
  await using held = new AsyncDisposableStack();
  const watch = held.use(openSession(owner, source));
  const [mode] = await watch.ask(["PRAGMA journal_mode;"]);
  if (mode !== "wal") return undefined;
  let version = await versionOf(watch);
  const reader = held.use(openSession(owner, source));
  // Only a statement that reads begins the transaction. Inside it, the copy is made in one go.
  await reader.ask(["BEGIN;", "SELECT count(*) FROM sqlite_schema;"]);
  await reader.ask([`.backup --async main ${dotArgument(target)}`], deadlineMs);
  const connections = held.move();
  return {
    pids: [watch.pid, reader.pid],
    async hasChanged() {
      const before = version;
      version = await versionOf(watch);
      return version !== before;
    },
    [Symbol.asyncDispose]: () => connections.disposeAsync(),
  };
}

async function versionOf(session: SqliteSession): Promise<string> {
  const [version] = await session.ask(["PRAGMA data_version;"]);
  if (version === undefined) throw new Error("a database has no version");
  return version;
}
