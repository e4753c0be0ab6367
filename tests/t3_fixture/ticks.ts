/**
 * A server that writes all the time: a row at every tick, and afterwards a line in a file beside the
 * database, so that a test knows what was committed whatever becomes of the database.
 *
 * @module
 */
import { appendFileSync, readFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { Behaviour } from "./behaviour.ts";
import type { State } from "./state.ts";

/** The file, in the state's directory: a line a row, its number and the version that wrote it. */
export const TICKS_FILE = "ticks.log";

/** Commits a row every so often until the process ends. */
export function writeTicks({ database, stateDir }: State, behaviour: Behaviour): void {
  database.exec("CREATE TABLE IF NOT EXISTS ticks (n INTEGER PRIMARY KEY, version TEXT)");
  const insert = database.prepare("INSERT INTO ticks (version) VALUES (?) RETURNING n");
  setInterval(() => {
    const row = insert.get(behaviour.version);
    appendFileSync(`${stateDir}/${TICKS_FILE}`, `${row?.["n"]} ${behaviour.version}\n`);
  }, behaviour.writeEveryMs);
}

/**
 * Rows that were committed by these versions and are not there.
 *
 * @param stateDir Where the file is.
 * @param versions Whose rows must all be there.
 */
export function lostTicks(
  database: DatabaseSync,
  stateDir: string,
  versions: readonly string[],
): readonly string[] {
  // The file first: a server that runs goes on writing.
  const lines = readFileSync(`${stateDir}/${TICKS_FILE}`, "utf8").split("\n").slice(0, -1);
  const rows = database.prepare("SELECT n, version FROM ticks").all();
  const there = new Set(rows.map(({ n, version }) => `${n} ${version}`));
  return lines.filter((line) => versions.includes(line.split(" ")[1] ?? "") && !there.has(line));
}
