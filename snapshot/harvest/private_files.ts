/**
 * The part of the origin private file system that the page script uses, typed by hand like
 * IndexedDB.
 *
 * Source: https://fs.spec.whatwg.org/
 *
 * @module
 */

/** `navigator.storage`. */
export interface PageStorageManager {
  /** The root directory; not there in pages that are not secure. */
  getDirectory?(): Promise<PageDirectory>;
}

/** A directory. */
export interface PageDirectory {
  /** Tells it from a file. */
  readonly kind: "directory";
  /** What is in it. */
  entries(): AsyncIterable<[name: string, handle: PageDirectory | PageFile]>;
}

/** A file. */
export interface PageFile {
  /** Tells it from a directory. */
  readonly kind: "file";
  /** Its content as it is now. */
  getFile(): Promise<{ readonly size: number; arrayBuffer(): Promise<ArrayBuffer> }>;
}
