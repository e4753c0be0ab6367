/**
 * A whole copy of a SQLite database that Chromium may have open.
 *
 * Some it shares (Cookies): those are copied through SQLite's backup API. Others it holds locked as
 * long as it runs (History, Login Data): those are copied with their journal while nothing is
 * written, and the copy is opened, which rolls back or replays what was half done. Either way the
 * copy is one file and passes `PRAGMA integrity_check`.
 *
 * @module
 */
import { backup, DatabaseSync } from "node:sqlite";
import type { Clock } from "../core/clock.ts";
import { settledCopy } from "./settled_copy.ts";

/** What came of it. */
export type DatabaseCopy = "whole" | "damaged";

const CHECKED_TRIES = 5;

/**
 * Copies a database.
 *
 * @param directory Where it is.
 * @param name Its name.
 * @param to An empty directory for the copy, which gets the same name.
 * @param clock Time.
 * @returns `damaged` where what is on the disk is no whole database in any of several tries; the
 * copy is then as it was found.
 */
export async function copyDatabase(
  directory: string,
  name: string,
  to: string,
  clock: Clock,
): Promise<DatabaseCopy> {
  const copy = `${to}/${name}`;
  if (await backUp(`${directory}/${name}`, copy) && isWhole(copy)) return "whole";
  await removeAll(to);
  const names = [name, `${name}-journal`, `${name}-wal`];
  for (let attempt = 1;; attempt++) {
    const { isSettled } = await settledCopy(directory, () => Promise.resolve(names), to, clock);
    if (isSettled && isWhole(copy)) {
      await removeAll(to, name);
      return "whole";
    }
    if (attempt === CHECKED_TRIES) break;
    await removeAll(to);
  }
  // Opening it may have changed what is damaged; what is kept is what was found.
  await removeAll(to);
  await Deno.copyFile(`${directory}/${name}`, copy);
  return "damaged";
}

/** Whether SQLite lets us have it. */
async function backUp(path: string, copy: string): Promise<boolean> {
  try {
    using source = new DatabaseSync(path, { readOnly: true });
    // Fails at once where it is locked, and keeps it readable: backup() itself would wait for ever.
    source.exec("PRAGMA busy_timeout = 100; BEGIN; SELECT count(*) FROM sqlite_master");
    // In one step: with several, each write of Chromium would begin it anew.
    await backup(source, copy, { rate: -1 });
    return true;
  } catch (error) {
    // Locked, or left with a journal that only a writer may roll back: there is another way.
    if (isSqliteError(error)) return false;
    throw error;
  }
}

function isWhole(path: string): boolean {
  try {
    using database = new DatabaseSync(path);
    const [row] = database.prepare("PRAGMA integrity_check(1)").all();
    return row?.integrity_check === "ok";
  } catch (error) {
    if (isSqliteError(error)) return false;
    throw error;
  }
}

function isSqliteError(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
}

async function removeAll(directory: string, except?: string): Promise<void> {
  for await (const entry of Deno.readDir(directory)) {
    if (entry.name !== except) await Deno.remove(`${directory}/${entry.name}`);
  }
}
