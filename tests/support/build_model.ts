/**
 * What is known of a build of the fixture without running it, so that every build can be crossed
 * with every situation in memory. `tests/autoupdate_cross_test.ts` holds this to the table that
 * `tests/autoupdate_matrix_test.ts` proves with real servers.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type { Build } from "../t3_fixture/builds.ts";

/** What somebody's state is like before a build sees it. */
export interface ModelData {
  /** Whether another build has made a database. */
  readonly isUsed: boolean;
  /** Titles of threads in it. */
  readonly titles: readonly string[];
}

/** A build, as far as an updater will ever see it. */
export interface BuildModel {
  /** The versions of Node it says it runs on. */
  readonly engines: string;
  /** Why it cannot be staged, where it cannot. */
  readonly stageFault: string | undefined;
  /** What goes wrong with it on somebody's data, where something does. */
  gateFault(data: ModelData): string | undefined;
  /** Whether it dies after a while. */
  readonly isDying: boolean;
}

/** The migrations a build of the usual kind has written. */
const LAST_MIGRATION = 34;

/** Reads a build's nature off its behaviour and packing. */
export function modelOf({ behaviour, packing }: Build): BuildModel {
  const { printedVersion, version, livesMs, diesBeside } = behaviour;
  const isWhole = packing.form === "plain" || packing.hasPlatform;
  return {
    engines: packing.engines,
    stageFault: !isWhole
      ? "it does not run"
      : printedVersion !== undefined && printedVersion !== version
      ? `it says it is ${printedVersion}`
      : undefined,
    isDying: livesMs !== undefined || diesBeside !== undefined,
    gateFault: (data) => serverFault(behaviour) ?? dataFault(behaviour, data),
  };
}

/** What is wrong with it whatever the data. */
function serverFault(behaviour: Build["behaviour"]): string | undefined {
  const { start, stop, status, webSocket, setsCookie, reportedVersion } = behaviour;
  if (start !== "listens") return "it does not answer";
  if (status !== undefined) return `it answers ${status}`;
  if (reportedVersion !== undefined) return `it runs ${reportedVersion}`;
  if (!setsCookie) return "it cannot be paired with";
  if (webSocket !== "echo") return "no WebSocket";
  return stop === "graceful" ? undefined : "it does not stop";
}

function dataFault(behaviour: Build["behaviour"], data: ModelData): string | undefined {
  const { extraMigrations, readsOldRows, pairsUnlessThread } = behaviour;
  if (!readsOldRows && data.titles.length > 0) return "the data cannot be read";
  if (pairsUnlessThread !== undefined && data.titles.includes(pairsUnlessThread)) {
    return "it cannot be paired with";
  }
  for (const { id, name, sql } of extraMigrations) {
    if (data.isUsed && id <= LAST_MIGRATION) return `migration ${id} ${name} is another here`;
    const left = threadsAfter(sql, data.titles);
    if (left < data.titles.length) return `${left} of ${data.titles.length} threads`;
  }
  return undefined;
}

/** Threads that are left after a migration, which is run; none where it fails. */
function threadsAfter(sql: readonly string[], titles: readonly string[]): number {
  using database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE projection_threads (thread_id INTEGER PRIMARY KEY, title TEXT)");
  database.exec("CREATE TABLE auth_sessions (session_id INTEGER PRIMARY KEY)");
  const insert = database.prepare("INSERT INTO projection_threads (title) VALUES (?)");
  for (const title of titles) insert.run(title);
  try {
    for (const statement of sql) database.exec(statement);
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_SQLITE_ERROR") return 0;
    throw error;
  }
  return Number(database.prepare("SELECT count(*) AS n FROM projection_threads").get()?.["n"]);
}
