/**
 * One reading of the snapshot file: a generation, or why there is none.
 *
 * A file that is not a whole, valid storage state never becomes a generation, whatever state its
 * writer left it in.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { etagOf } from "../etag.ts";
import { parseStorageState, type StorageState, StorageStateError } from "../storage_state.ts";

/** A larger file is not read: it is no snapshot, and memory is shared with a browser. */
export const MAX_SNAPSHOT_BYTES: number = 256 * 1024 * 1024;

/** A snapshot that may be served. */
export interface Generation {
  /** Exactly what the file holds. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The strong tag of the bytes. */
  readonly etag: string;
  /** What the bytes say. */
  readonly state: StorageState;
  /** When the file was written, in milliseconds since the epoch. */
  readonly modifiedMs: number;
}

/**
 * What was found at the path: `untouched` is the file already known, not read again; `same` was
 * read and holds the bytes already known. `identity` tells one file from the next without
 * reading it.
 */
export type LoadOutcome =
  | { readonly kind: "untouched" }
  | { readonly kind: "loaded"; readonly identity: string; readonly generation: Generation }
  | { readonly kind: "same"; readonly identity: string }
  | { readonly kind: "invalid"; readonly identity: string; readonly reason: string }
  | { readonly kind: "missing" }
  | { readonly kind: "unreadable"; readonly reason: string };

/** What is known already. */
export interface LoadOptions {
  /** The tag that is served now: equal bytes need no second validation. */
  etag?: string | undefined;
  /** A file with this identity is not read again. */
  identity?: string | undefined;
  /** The most bytes a snapshot may have. @default {MAX_SNAPSHOT_BYTES} */
  maxBytes?: number;
}

/**
 * Reads and validates the snapshot file.
 *
 * @param path The file.
 * @param known What the caller has already.
 * @throws {Deno.errors.NotCapable} When the program's permissions do not cover the path.
 */
export async function loadGeneration(path: string, known: LoadOptions = {}): Promise<LoadOutcome> {
  try {
    using file = await Deno.open(path);
    const info = await file.stat();
    const identity = [info.dev, info.ino, info.size, info.mtime?.getTime()].join(":");
    if (identity === known.identity) return { kind: "untouched" };
    if (!info.isFile) return { kind: "invalid", identity, reason: "it is not a regular file" };
    const { maxBytes = MAX_SNAPSHOT_BYTES } = known;
    if (info.size > maxBytes) {
      const reason = `it has ${info.size} bytes, must have at most ${maxBytes}`;
      return { kind: "invalid", identity, reason };
    }
    const bytes = await new Response(file.readable).bytes();
    const etag = etagOf(bytes);
    if (etag === known.etag) return { kind: "same", identity };
    const state = readState(bytes);
    if (typeof state === "string") return { kind: "invalid", identity, reason: state };
    const modifiedMs = info.mtime?.getTime() ?? 0;
    return { kind: "loaded", identity, generation: { bytes, etag, state, modifiedMs } };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind: "missing" };
    if (error instanceof Deno.errors.NotCapable) throw error;
    return { kind: "unreadable", reason: errorText(error) };
  }
}

/** The state, or why it is none. */
function readState(bytes: Uint8Array): StorageState | string {
  try {
    // A byte order mark is kept, so that it fails here and not in the reader's JSON.parse.
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return parseStorageState(decoder.decode(bytes));
  } catch (error) {
    if (error instanceof StorageStateError) return error.message;
    if (error instanceof TypeError) return "it is not UTF-8";
    throw error;
  }
}
