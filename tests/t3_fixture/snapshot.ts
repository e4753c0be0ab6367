/**
 * What the server reads of its database for a client: every thread with its messages.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Behaviour } from "./behaviour.ts";

/** The whole read model. */
export interface Snapshot {
  /** The last event. */
  readonly snapshotSequence: number;
  /** Projects. */
  readonly projects: readonly { readonly id: string; readonly title: string }[];
  /** Threads. */
  readonly threads: readonly {
    readonly id: string;
    readonly title: string;
    readonly messages: readonly { readonly id: string; readonly text: string }[];
  }[];
  /** When it was read. */
  readonly updatedAt: string;
}

/** Reads everything; a build that cannot read old rows throws where there are any. */
export function readSnapshot(database: DatabaseSync, behaviour: Behaviour): Snapshot {
  const all = <Row>(sql: string) => database.prepare(sql).all() as unknown as Row[];
  const threads = all<{ id: string; title: string }>(
    "SELECT thread_id AS id, title FROM projection_threads ORDER BY thread_id",
  );
  if (!behaviour.readsOldRows && threads.length > 0) {
    throw new Error(`SchemaError: Expected "mode", got undefined at threads[0]`);
  }
  const messages = Map.groupBy(
    all<{ id: string; threadId: string; text: string }>(
      "SELECT message_id AS id, thread_id AS threadId, text FROM projection_thread_messages ORDER BY message_id",
    ),
    ({ threadId }) => threadId,
  );
  const [last] = all<{ sequence: number }>(
    "SELECT coalesce(max(sequence), 0) AS sequence FROM orchestration_events",
  );
  return {
    snapshotSequence: last?.sequence ?? 0,
    projects: all("SELECT project_id AS id, title FROM projection_projects ORDER BY project_id"),
    threads: threads.map(({ id, title }) => ({
      id,
      title,
      messages: (messages.get(id) ?? []).map(({ id, text }) => ({ id, text })),
    })),
    updatedAt: new Date().toISOString(),
  };
}
