/**
 * The part of IndexedDB that the page script uses, typed by hand: naming TypeScript's `dom` library
 * would change the types of WebSocket and others everywhere.
 *
 * Source: https://www.w3.org/TR/IndexedDB/
 *
 * @module
 */

/** A request that ends in success or error. */
export interface PageRequest<T> {
  /** Called when `result` is there. */
  onsuccess: (() => void) | null;
  /** Called when `error` is there. */
  onerror: (() => void) | null;
  /** What was asked for. */
  readonly result: T;
  /** Why it failed. */
  readonly error: Error | null;
}

/** A request to open a database. */
export interface PageOpenRequest extends PageRequest<PageDatabase> {
  /** Called when the database does not exist yet, or not in that version. */
  onupgradeneeded: (() => void) | null;
  /** The upgrade that goes on. */
  readonly transaction: PageTransaction | null;
}

/** `indexedDB` itself. */
export interface PageIndexedDb {
  /** Opens the latest version, and creates what is not there. */
  open(name: string): PageOpenRequest;
  /** The databases of the origin. */
  databases(): Promise<{ name?: string; version?: number }[]>;
}

/** An open database. */
export interface PageDatabase {
  /** Called when somebody else wants to upgrade or delete it. */
  onversionchange: (() => void) | null;
  /** Its stores. */
  readonly objectStoreNames: Iterable<string>;
  /** Begins to read from stores. */
  transaction(stores: string[], mode: "readonly"): PageTransaction;
  /** Lets go of it. */
  close(): void;
}

/** A transaction. */
export interface PageTransaction {
  /** One of its stores. */
  objectStore(name: string): PageStore;
  /** Undoes it. */
  abort(): void;
}

/** A key path: none, one, or compound. */
export type PageKeyPath = string | readonly string[] | null;

/** An object store. */
export interface PageStore {
  /** Where in the value the key is. */
  readonly keyPath: PageKeyPath;
  /** Whether keys are made up. */
  readonly autoIncrement: boolean;
  /** Its indexes. */
  readonly indexNames: Iterable<string>;
  /** One of its indexes. */
  index(name: string): PageIndex;
  /** Every key, in order. */
  getAllKeys(): PageRequest<unknown[]>;
  /** Every value, in the order of the keys. */
  getAll(): PageRequest<unknown[]>;
}

/** An index. */
export interface PageIndex {
  /** Where in the value the key is. */
  readonly keyPath: PageKeyPath;
  /** Whether each element of an array is an entry of its own. */
  readonly multiEntry: boolean;
  /** Whether two records may not have the same key. */
  readonly unique: boolean;
}
