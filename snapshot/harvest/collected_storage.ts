/**
 * What the hidden page is asked for, and what it answers.
 *
 * @module
 */
import type { StateDatabase, StateOrigin } from "../storage_state.ts";

/** Something of an origin that could not be carried over. */
export interface SkippedItem {
  /** The database, where it is one. */
  readonly database?: string;
  /** The file, where it is one. */
  readonly file?: string;
  /** The object store, where one is to blame. */
  readonly store?: string;
  /** How many records, where records were left out. */
  readonly records?: number;
  /** Why. */
  readonly reason: string;
}

/** What the hidden page found. */
export interface CollectedStorage {
  /** The origin the page really had. */
  readonly origin: string;
  /** localStorage, in its own order. */
  readonly localStorage: StateOrigin["localStorage"];
  /** IndexedDB databases. */
  readonly indexedDB: StateDatabase[];
  /** Files of the origin private file system. */
  readonly opfs: NonNullable<StateOrigin["opfs"]>;
  /** What was left out. */
  readonly skipped: SkippedItem[];
}

/** Bounds of one reading. */
export interface CollectBounds {
  /** Databases and files past this size of an origin, as characters of JSON, are left out. */
  readonly maxChars: number;
}
