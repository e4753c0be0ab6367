/**
 * What a person leaves in an instance's state: projects, threads, messages, and a turn that runs.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

/** What to leave. */
export interface Content {
  /** How many threads, each with a message. @default {3} */
  threads?: number;
  /** Titles of more threads. */
  titles?: readonly string[];
  /** The thread whose turn is running, if any: its number from 0. */
  activeThread?: number;
  /** When the sessions were last touched. @default {now} */
  updatedAt?: Date;
}

/**
 * Fills a state that a server of any era has made.
 *
 * @param baseDir The instance's base directory.
 * @param content What to leave.
 * @param file The database. @default {"state.sqlite"}
 */
export function populate(baseDir: string, content: Content = {}, file = "state.sqlite"): void {
  const { threads = 3, titles = [], activeThread, updatedAt = new Date() } = content;
  const database = new DatabaseSync(`${baseDir}/userdata/${file}`);
  try {
    database.exec("PRAGMA busy_timeout = 10000");
    const at = updatedAt.toISOString();
    const all = [...Array.from({ length: threads }, (_, n) => `Thread ${n}`), ...titles];
    database.exec("INSERT OR IGNORE INTO projection_projects VALUES ('project-0', 'Project')");
    for (const [n, title] of all.entries()) {
      const id = `thread-${n}`;
      const insert = (sql: string, ...values: (string | null)[]) =>
        database.prepare(sql).run(...values);
      insert(
        "INSERT OR REPLACE INTO projection_threads (thread_id, project_id, title, updated_at) VALUES (?, 'project-0', ?, ?)",
        id,
        title,
        at,
      );
      insert(
        "INSERT OR REPLACE INTO projection_thread_messages VALUES (?, ?, ?)",
        `message-${n}`,
        id,
        `What was said in ${title}`,
      );
      insert(
        "INSERT OR REPLACE INTO projection_thread_sessions VALUES (?, ?, ?)",
        id,
        n === activeThread ? `turn-${n}` : null,
        at,
      );
    }
  } finally {
    database.close();
  }
}
